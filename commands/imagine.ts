import { imageCommand } from '../src/domain/command.ts';
import { pictureOptions, shapeOrSize } from '../src/domain/picture-options.ts';
import { isRefusal } from '../src/domain/refusal.ts';
import styles from '../src/domain/styles.json' with { type: 'json' };
import { wordsInPicture } from '../src/domain/words-in-picture.ts';

type Style = keyof typeof styles;

/** The main thing: words become pictures. */
export default imageCommand({
  summary: 'Make pictures from a description',
  options: {
    prompt: { kind: 'text', summary: 'What to draw', required: true, maxLength: 6000 },
    ...pictureOptions,
    style: { kind: 'choice', summary: 'A look, added to your words', values: Object.keys(styles) as Style[] },
    text: {
      kind: 'text',
      summary: 'Words to appear in the picture, such as "top: OPEN LATE | bottom: since 1999"',
      maxLength: 300,
    },
    fresh: { kind: 'flag', summary: 'Make it anew even if the same was made before' },
  },
  plan({ prompt, shape, size, style, text, fresh, ...look }) {
    const outline = shapeOrSize(shape, size);
    if (isRefusal(outline)) return outline;
    const appearing = text === undefined ? undefined : wordsInPicture(text);
    if (appearing && 'refused' in appearing) return appearing;
    return {
      task: 'generate',
      words: prompt,
      additions: [style && styles[style], appearing?.sentence].filter((sentence) => sentence !== undefined),
      shape: outline,
      ...look,
      fresh: fresh ?? false,
    };
  },
});
