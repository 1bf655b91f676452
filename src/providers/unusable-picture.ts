import type { Refusal } from '../domain/refusal.ts';

/** A picture that was given, that passed everything Easel looks at, and that the service can't read all the same. */
export const unusablePicture = (hint = 'Save it as PNG or JPEG and try again.'): Refusal => ({
  refused: 'unusable',
  what: 'The image service can’t use a picture you gave.',
  hint,
});
