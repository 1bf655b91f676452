import type { APIError } from 'openai';
import type { Refusal } from '../domain/refusal.ts';
import { unusablePicture } from './unusable-picture.ts';

/**
 * Recognises that a picture which went along was not accepted: the person can mend that by giving another.
 * Sources: openai@7.55.0 resources/responses (image error codes); github.com/64bit/async-openai/issues/364
 * (unsupported_file_mimetype); help.apiyi.com/?p=2702 (invalid_mask_image_format). Read 2026-11.
 */

const unreadable: ReadonlySet<string> = new Set([
  'invalid_image_file',
  'invalid_image',
  'invalid_image_format',
  'invalid_image_mode',
  'image_parse_error',
  'empty_image_file',
  'unsupported_image_media_type',
  'unsupported_file_mimetype',
]);

/** Undefined when it is about something else. */
export function inputRefusal({ code, status }: APIError<number | undefined>): Refusal | undefined {
  const name = String(code);
  // Nothing but pictures makes a request large.
  const isTooLarge = status === 413 || name === 'image_too_large' || name === 'image_file_too_large';
  if (isTooLarge) return unusablePicture('Make it smaller and try again.');
  if (name === 'image_too_small') return unusablePicture('Make it larger and try again.');
  return unreadable.has(name) || name.startsWith('invalid_mask') ? unusablePicture() : undefined;
}
