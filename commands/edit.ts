import { imageCommand } from '../src/domain/command.ts';
import { pictureOptions, shapeOrSize } from '../src/domain/picture-options.ts';
import { isRefusal } from '../src/domain/refusal.ts';
import { readRegion, regionNames } from '../src/domain/region.ts';

const another = { kind: 'image', summary: 'Another picture to look at' } as const;

/** Pictures become other pictures. What is left out is as the first picture has it. */
export default imageCommand({
  summary: 'Change a picture, or make one out of several',
  options: {
    prompt: { kind: 'text', summary: 'What to change', required: true, maxLength: 6000 },
    image: { kind: 'image', summary: 'The picture to change; left out: the newest one here' },
    image2: another,
    image3: another,
    image4: another,
    mask: { kind: 'image', summary: 'Where it may change: transparent, or white on black' },
    region: {
      kind: 'word',
      summary: 'Where it may change: left, top-right, or a box in percent such as 10,20-60,80',
      suggestions: regionNames,
      maxLength: 24,
    },
    ...pictureOptions,
    size: { ...pictureOptions.size, suggestions: ['auto', ...pictureOptions.size.suggestions] },
  },
  plan({ prompt, image, image2, image3, image4, mask, region, shape, size, ...look }) {
    const outline = shapeOrSize(shape, size);
    if (isRefusal(outline)) return outline;
    const part = region === undefined ? undefined : readRegion(region);
    if (region !== undefined && !part) {
      return {
        refused: 'unclear',
        what: `“${region}” is no part of a picture.`,
        hint: 'Try region:left, region:top-right or region:10,20-60,80.',
      };
    }
    if (part && mask) {
      return { refused: 'unclear', what: 'You gave both a mask and a region.', hint: 'Leave one of them out.' };
    }
    const others = [image2, image3, image4].filter((source) => source !== undefined);
    return {
      task: 'edit',
      words: prompt,
      additions: [],
      sources: [image ?? { newest: true }, ...others],
      mask,
      region: part,
      shape: outline,
      ...look,
      fresh: false,
    };
  },
});
