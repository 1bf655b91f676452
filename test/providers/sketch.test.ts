import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { sketchProvider } from '../../src/providers/sketch.ts';
import { placeholderLabel, sketchLayers } from '../../src/providers/sketch-page.ts';
import { catalogue, imageProviderContract, make, requestFor } from '../contracts/image-provider.ts';
import { manualClock } from '../fakes/clock.ts';

const sketch = () => sketchProvider({ catalogue, clock: manualClock() });

imageProviderContract('sketch', async () => ({ provider: sketch(), close: async () => undefined }), {
  cannot: {
    'tells what it used': 'nobody bills for it',
    'tells the service’s id for the call': 'there is no service',
    'writes tickets that survive JSON': 'answers at once',
  },
});

describe('the sketch provider', () => {
  test('offers what is current, the default first', () => {
    const { models } = sketch();
    const current = catalogue.models.filter(({ life }) => life.state === 'current').map(({ id }) => id);
    expect(models[0]).toBe(catalogue.default);
    expect([...models].sort()).toEqual(current.sort());
  });

  test('is a placeholder, and every picture says so', () => {
    expect(sketch().placeholder).toBe(true);
    for (const background of ['auto', 'transparent'] as const) {
      expect(sketchLayers(requestFor({ background }), 0).join('')).toContain(placeholderLabel);
    }
  });

  test('writes the words, and not as markup', () => {
    const layers = sketchLayers(requestFor({ words: '<image href="file:///etc/passwd"/> & more' }), 0).join('');
    expect(layers).toContain('&lt;image');
    expect(layers).not.toContain('<image');
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
