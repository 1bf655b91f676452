import { createCipheriv } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Picture, readImage } from '../../src/domain/image.ts';
import type { ImageOrder } from '../../src/domain/image-provider.ts';
import { sketchProvider } from '../../src/providers/sketch.ts';
import { changeLayers } from '../../src/providers/sketch-change-page.ts';
import { placeholderLabel, sketchLayers } from '../../src/providers/sketch-page.ts';
import { catalogue, imageProviderContract, make, orderFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture, maskFor } from '../contracts/input-pictures.ts';
import { manualClock } from '../fakes/clock.ts';

const sketch = () => sketchProvider({ catalogue, clock: manualClock() });

imageProviderContract('sketch', async () => ({ provider: sketch(), close: async () => undefined }), {
  cannot: {
    'hands over exactly the bytes it was given': 'there is no service',
    'tells what it used': 'nobody bills for it',
    'tells the service’s id for the call': 'there is no service',
    'writes tickets that survive JSON': 'answers at once',
  },
});

const page = { x: 0, y: 0, width: 1024, height: 1024 };

describe('the sketch provider', () => {
  test('offers what is current, the default first', () => {
    const models = sketch().offers.map(({ id }) => id);
    const current = catalogue.models.filter(({ life }) => life.state === 'current').map(({ id }) => id);
    expect(models[0]).toBe(catalogue.default);
    expect([...models].sort()).toEqual(current.sort());
  });

  test('is a placeholder, and every picture says so', () => {
    expect(sketch().placeholder).toBe(true);
    for (const background of ['auto', 'transparent'] as const) {
      expect(sketchLayers(orderFor({ background }), 0).join('')).toContain(placeholderLabel);
    }
    expect(changeLayers(orderFor({ task: 'edit' }), 0, page).join('')).toContain(placeholderLabel);
  });

  test('writes the words, and not as markup', () => {
    const order = orderFor({ words: '<image href="file:///etc/passwd"/> & more' });
    for (const layers of [sketchLayers(order, 0), changeLayers(order, 0, page)]) {
      expect(layers.join('')).toContain('&lt;image');
      expect(layers.join('')).not.toContain('<image');
    }
  });

  test('writes letters, not boxes: each word looks different', async () => {
    const [one, other] = await Promise.all(['iiii', 'oooo'].map((words) => make(sketch(), { words, prompt: 'same' })));
    const box = { left: 51, top: 650, width: 600, height: 150 };
    const crop = (made: Uint8Array | undefined) => sharp(made).extract(box).raw().toBuffer();
    expect(await crop(one?.made?.made[0])).not.toEqual(await crop(other?.made?.made[0]));
  });

  test('draws the same for the same prompt', async () => {
    const [one, again] = [await make(sketch(), { count: 2 }), await make(sketch(), { count: 2 })];
    expect(one.made?.made).toEqual(again.made?.made);
  });

  test('gets on step by step, each with a picture of how far it has come', async () => {
    const { progress, partials } = await make(sketch());
    expect(progress.flatMap((step) => ('percent' in step ? [step.percent] : []))).toEqual([20, 40, 60, 80]);
    const sizes = await Promise.all(partials.map(async (partial) => (await sharp(partial).metadata()).width));
    expect(sizes).toEqual([512, 512, 512, 512]);
    expect(new Set(partials.map((partial) => Buffer.from(partial).toString('base64'))).size).toBe(4);
  });

  test('takes its time where it should, by the clock it was given', async () => {
    const clock = manualClock();
    const drawn = make(sketchProvider({ catalogue, clock, stepMs: 1000 }));
    for (let step = 0; step < 5; step++) {
      await clock.untilSleeping();
      await clock.advance(1000);
    }
    expect((await drawn).made?.made).toHaveLength(1);
  });
});

describe('a sketch over a picture', () => {
  const size = { width: 512, height: 512 };
  const [leftHalf, rightHalf] = [0, 256].map((left) => ({ left, top: 0, width: 256, height: 512 }));

  async function changed(picture: Picture, more: Partial<ImageOrder> = {}, mask?: Picture): Promise<Uint8Array> {
    const { made } = await make(sketch(), { ...editOf([picture], mask), size, ...more });
    if (!made?.made[0]) throw new Error('It made nothing.');
    return made.made[0];
  }

  const pixelsIn = (bytes: Uint8Array, part = { left: 0, top: 0, ...size }) =>
    sharp(bytes).extract(part).ensureAlpha().raw().toBuffer();

  /** Noise, so that no pixel is right by chance. With `holes`, every alpha there can be. */
  async function noise(holes = false): Promise<Picture> {
    const channels = holes ? 4 : 3;
    const pixels = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
      Buffer.alloc(size.width * size.height * channels),
    );
    const bytes = await sharp(pixels, { raw: { ...size, channels } })
      .png()
      .toBuffer();
    return { bytes, format: 'png', ...size };
  }

  test('lets it shine through', async () => {
    const [dark, light] = await Promise.all(
      [10, 250].map(async (level) => {
        const create = { ...size, channels: 3 as const, background: { r: level, g: level, b: level } };
        const picture: Picture = { bytes: await sharp({ create }).png().toBuffer(), format: 'png', ...size };
        const { channels } = await sharp(await pixelsIn(await changed(picture)), {
          raw: { ...size, channels: 4 },
        }).stats();
        return channels[1]?.mean ?? 0;
      }),
    );
    expect((light ?? 0) - (dark ?? 0)).toBeGreaterThan(50);
  });

  test('changes only where the mask is transparent', async () => {
    const picture = await noise();
    const made = await changed(picture, {}, await maskFor(picture));
    expect((await pixelsIn(made, leftHalf)).equals(await pixelsIn(picture.bytes, leftHalf))).toBe(true);
    expect((await pixelsIn(made, rightHalf)).equals(await pixelsIn(picture.bytes, rightHalf))).toBe(false);
  });

  test('takes only what is wholly transparent for a hole in the mask', async () => {
    const picture = await noise();
    const create = { ...size, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0.01 } };
    const mask: Picture = { bytes: await sharp({ create }).png().toBuffer(), format: 'png', ...size };
    expect((await pixelsIn(await changed(picture, {}, mask))).equals(await pixelsIn(picture.bytes))).toBe(true);
  });

  test('leaves holes of the picture alone, unless there must be none', async () => {
    const picture = await noise(true);
    const mask = await maskFor(picture);
    const [clear, solid] = [await changed(picture, {}, mask), await changed(picture, { background: 'opaque' }, mask)];
    const [before, after] = [await pixelsIn(picture.bytes, leftHalf), await pixelsIn(clear, leftHalf)];
    expect(after.every((value, at) => at % 4 !== 3 || value === before[at])).toBe(true);
    expect((await sharp(solid).stats()).isOpaque).toBe(true);
  });

  test('fits the mask to another size as it does the picture', async () => {
    const picture = await inputPicture('png', { width: 500, height: 800 });
    const made = await changed(picture, {}, await maskFor(picture));
    const left = await pixelsIn(made, leftHalf);
    const plain = await sharp(picture.bytes).ensureAlpha().raw().toBuffer();
    expect(left.every((value, at) => value === plain[at % 4])).toBe(true);
    expect(await pixelsIn(made, rightHalf)).not.toEqual(left);
  });

  test.each(['b-w', 'rgb16'] as const)('takes pictures in %s, with and without holes', async (space) => {
    for (const { bytes } of [await noise(), await noise(true)]) {
      const odd = await sharp(bytes).toColourspace(space).png().toBuffer();
      for (const format of ['png', 'jpeg'] as const) {
        const made = await changed({ bytes: odd, format: 'png', ...size }, { format });
        expect(readImage(made)).toMatchObject({ format, ...size });
      }
    }
  });

  test('is the same for the same words and picture', async () => {
    const picture = await inputPicture();
    const [one, again] = [await changed(picture), await changed(picture)];
    expect(one).toEqual(again);
  });

  test('gets on step by step, over the picture from the start', async () => {
    const { progress, partials } = await make(sketch(), editOf([await inputPicture()]));
    expect(progress.flatMap((step) => ('percent' in step ? [step.percent] : []))).toEqual([20, 40, 60, 80]);
    expect(partials.map((partial) => readImage(partial)?.width)).toEqual([512, 512, 512, 512]);
    expect(new Set(partials.map((partial) => Buffer.from(partial).toString('base64'))).size).toBe(4);
  });

  test('finds room in a mask of any shape', async () => {
    const picture = await noise();
    for (const [width, height] of [
      [1, 1],
      [512, 3],
      [3, 512],
      [40, 40],
    ] as const) {
      const hole = { input: { create: { width, height, channels: 4 as const, background: '#fff' } }, left: 0, top: 0 };
      const bytes = await sharp({ create: { ...size, channels: 4, background: '#000' } })
        .composite([{ ...hole, blend: 'dest-out' }])
        .png()
        .toBuffer();
      const made = await changed(picture, {}, { bytes, format: 'png', ...size });
      expect(made).not.toEqual(picture.bytes);
      const rest = { left: width === 512 ? 0 : width, top: width === 512 ? height : 0 };
      const part = { ...rest, width: 512 - rest.left, height: 512 - rest.top };
      expect((await pixelsIn(made, part)).equals(await pixelsIn(picture.bytes, part))).toBe(true);
    }
  });
});
