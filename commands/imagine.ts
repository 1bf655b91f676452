import { imageCommand } from '../src/domain/command.ts';
import { backgrounds, formats, qualities, shapes } from '../src/domain/image.ts';
import styles from '../src/domain/styles.json' with { type: 'json' };
import { wordsInPicture } from '../src/domain/words-in-picture.ts';

type Style = keyof typeof styles;

/** The main thing: words become pictures. */
export default imageCommand({
  summary: 'Make pictures from a description',
  options: {
    prompt: { kind: 'text', summary: 'What to draw', required: true, maxLength: 6000 },
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
    style: { kind: 'choice', summary: 'A look, added to your words', values: Object.keys(styles) as Style[] },
    text: {
      kind: 'text',
      summary: 'Words to appear in the picture, such as "top: OPEN LATE | bottom: since 1999"',
      maxLength: 300,
    },
    fresh: { kind: 'flag', summary: 'Make it anew even if the same was made before' },
  },
  plan({ prompt, shape, size, quality, count, model, background, format, style, text, fresh }) {
    if (shape && size && shape !== size) {
      return {
        refused: 'unclear',
        what: `You gave both shape ${shape} and size ${size}.`,
        hint: 'Leave one of them out.',
      };
    }
    const appearing = text === undefined ? undefined : wordsInPicture(text);
    if (appearing && 'refused' in appearing) return appearing;
    return {
      task: 'generate',
      words: prompt,
      additions: [style && styles[style], appearing?.sentence].filter((sentence) => sentence !== undefined),
      shape: shape ?? size,
      quality,
      count,
      model,
      background,
      format,
      fresh: fresh ?? false,
    };
  },
});
