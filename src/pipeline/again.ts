import { type EditWish, type ImageWish, sizeText } from '../domain/image.ts';
import type { PictureRef } from '../domain/image-source.ts';
import type { Job } from '../domain/job.ts';

/** What the buttons wish that need no words. */

/** The same again, really new. */
export function againWish({ request: made }: Job): ImageWish {
  const added = made.prompt.slice(made.words.length).trim();
  const { words, quality, count, model, background, format } = made;
  const same = {
    words,
    additions: added ? [added] : [],
    shape: sizeText(made.size),
    ...{ quality, count, model, background, format, fresh: true },
  };
  if (made.task === 'generate') return { task: 'generate', ...same };
  const part = made.region ? { region: made.region } : made.mask && { mask: { input: made.mask } };
  return { task: 'edit', ...same, sources: made.inputs.map((input) => ({ input })), ...part };
}

const variation =
  'Make a variation of this picture: the same subject, style and mood, with small changes in pose, composition and detail.';

/** Small changes to one picture. */
export const varyWish = ({ request: { quality } }: Job, picture: PictureRef): EditWish => ({
  task: 'edit',
  words: 'a variation',
  additions: [variation],
  sources: [{ picture }],
  quality,
  fresh: true,
});
