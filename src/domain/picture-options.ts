import type { Option } from './command.ts';
import { backgrounds, formats, qualities, shapes } from './image.ts';
import type { Refusal } from './refusal.ts';

/** The options that everything has which makes pictures, whatever of. */
export const pictureOptions = {
  shape: { kind: 'word', summary: 'Outline, or an exact size such as 1536x864', suggestions: shapes, maxLength: 12 },
  size: {
    kind: 'word',
    summary: 'Exact size in pixels, such as 1536x864',
    suggestions: ['1024x1024', '1536x1024', '1024x1536', '1536x864', '2048x2048'],
    maxLength: 12,
  },
  quality: { kind: 'choice', summary: 'More takes longer and costs more', values: qualities },
  count: { kind: 'integer', summary: 'How many pictures', min: 1, max: 10 },
  model: { kind: 'word', summary: 'Which model makes it', suggestions: 'models', maxLength: 64 },
  background: { kind: 'choice', summary: 'What is behind it', values: backgrounds },
  format: { kind: 'choice', summary: 'File format', values: formats },
} as const satisfies Readonly<Record<string, Option>>;

/** Shape and size say the same thing in two ways. Refuses when both are said and differ. */
export function shapeOrSize(shape: string | undefined, size: string | undefined): string | undefined | Refusal {
  if (!shape || !size || shape === size) return shape ?? size;
  return { refused: 'unclear', what: `You gave both shape ${shape} and size ${size}.`, hint: 'Leave one of them out.' };
}
