import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/domain/catalogue.ts';
import { findModel, offersOf, type ProviderKind } from '../../src/domain/catalogue.ts';
import { formats, readImage, type Size } from '../../src/domain/image.ts';
import {
  type ImageOrder,
  type ImageProvider,
  lanes,
  type Made,
  type Progress,
  type Terms,
} from '../../src/domain/image-provider.ts';
import { jobId } from '../../src/domain/job.ts';
import models from '../../src/providers/models.json' with { type: 'json' };
import { editOf, inputPicture, maskFor } from './input-pictures.ts';

/** What every image service must do, whoever is behind it. */

export interface ProviderUnderTest {
  readonly provider: ImageProvider;
  /** Hashes of the pictures that the service got with its last call. Unset: there is no service. */
  received?(): Received | undefined;
  /** Nothing may stay open. */
  close(): Promise<void>;
}

/** SHA-256 in hex. */
export interface Received {
  readonly images: readonly string[];
  readonly mask: string | null;
}

export const catalogue = models as unknown as Catalogue;

/** What a service of this kind is said to offer, without an operator's wishes. */
export const termsFor = (kind: ProviderKind, more: Partial<Terms> = {}): Terms => ({
  name: kind,
  offers: offersOf(catalogue, kind),
  concurrency: 8,
  priceMultiplier: 1,
  lanes,
  nameOf: (model) => model,
  ...more,
});

export const job = jobId('console', 'contract-1');

/** An order with nothing left open, for the default model. */
export function orderFor(more: Partial<ImageOrder> = {}): ImageOrder {
  return {
    task: 'generate',
    inputs: [],
    inputPictures: [],
    maskPicture: undefined,
    words: 'a red fox',
    prompt: 'a red fox. Flat illustration.',
    model: catalogue.default,
    size: { width: 1024, height: 1024 },
    quality: 'medium',
    count: 1,
    background: 'auto',
    format: 'png',
    partialImages: 0,
    fresh: false,
    endUser: 'c3ab8ff13720e8ad9047dd39466b3c89',
    ...more,
  };
}

/** Starts a call and collects what it tells meanwhile. */
export async function make(provider: ImageProvider, more: Partial<ImageOrder> = {}, signal?: AbortSignal) {
  const progress: Progress[] = [];
  const never = new AbortController().signal;
  const result = await provider.start(orderFor(more), job, signal ?? never, (step) => void progress.push(step));
  const partials = progress.flatMap((step) => ('partial' in step ? [step.partial] : []));
  return { result, made: 'made' in result ? result : undefined, progress, partials };
}

export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) return outcome.error;
  throw new Error(`It did not fail: ${JSON.stringify(outcome.value).slice(0, 200)}`);
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

type Promised =
  | 'shows partial pictures'
  | 'hands over exactly the bytes it was given'
  | 'tells what it used'
  | 'tells the service’s id for the call'
  | 'writes tickets that survive JSON';

/** @param cannot what this one can't do, and why */
export function imageProviderContract(
  name: string,
  setUp: () => Promise<ProviderUnderTest>,
  { cannot = {} }: { readonly cannot?: Partial<Record<Promised, string>> } = {},
): void {
  const promised = (what: Promised, body: () => Promise<void>) =>
    test.skipIf(cannot[what] !== undefined)(cannot[what] ? `${what} (not here: ${cannot[what]})` : what, body);

  describe(`the image provider "${name}"`, () => {
    let subject: ProviderUnderTest;
    let provider: ImageProvider;

    beforeEach(async () => {
      subject = await setUp();
      provider = subject.provider;
    });

    afterEach(() => subject.close());

    const pictures = (made: Made | undefined) => made?.made.map((bytes) => readImage(bytes)) ?? [];

    test('says what it can, in the words of the catalogue', () => {
      expect(provider.name).toMatch(/^[\w.-]+$/);
      expect(provider.offers.length).toBeGreaterThan(0);
      const ids = provider.offers.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { id, tasks } of provider.offers) {
        expect(findModel(catalogue, id)?.id).toBe(id);
        expect(tasks).toContain('generate');
        expect(new Set(tasks).size).toBe(tasks.length);
      }
      expect(provider.imagesPerCallMax).toBeGreaterThan(0);
      expect(provider.concurrency).toBeGreaterThan(0);
      expect(provider.priceMultiplier).toBeGreaterThanOrEqual(0);
    });

    test.each(formats)('makes a whole %s in the size that was asked for', async (format) => {
      for (const size of [
        { width: 1024, height: 1024 },
        { width: 1536, height: 864 },
        { width: 720, height: 2160 },
      ]) {
        const { made } = await make(provider, { format, size });
        expect(pictures(made)).toMatchObject([{ format, ...size }]);
        await sharp(made?.made[0]).stats();
      }
    });

    test('makes as many as were asked for, all different', async () => {
      const { made } = await make(provider, { count: 3 });
      expect(pictures(made).every(Boolean)).toBe(true);
      expect(new Set(made?.made.map(hash)).size).toBe(3);
    });

    test.each(['png', 'webp'] as const)('leaves a transparent background transparent in %s', async (format) => {
      const clear = await make(provider, { background: 'transparent', format });
      expect((await sharp(clear.made?.made[0]).stats()).isOpaque).toBe(false);
      const solid = await make(provider, { background: 'opaque', format });
      expect((await sharp(solid.made?.made[0]).stats()).isOpaque).toBe(true);
    });

    test('takes any words', async () => {
      const odd = [
        '<b>&amp;</b>" \'',
        '\u0000\u0007\ud800\ufffe',
        '🦊'.repeat(300),
        'x'.repeat(5000),
        '日本語 עברית',
        ' ',
      ];
      for (const words of odd) {
        const { made } = await make(provider, { words, prompt: `${words}.` });
        expect(pictures(made)).toMatchObject([{ width: 1024, height: 1024 }]);
      }
    });

    promised('shows partial pictures', async () => {
      const partialImages = Math.min(2, provider.partialImagesMax);
      const { made, partials } = await make(provider, { partialImages });
      expect(partials.length).toBeGreaterThan(0);
      expect(partials.length).toBeLessThanOrEqual(provider.partialImagesMax);
      for (const partial of partials) expect(readImage(partial)).toBeDefined();
      expect(pictures(made)).toMatchObject([{ width: 1024, height: 1024 }]);
    });

    test('counts up from 0 to 100, where it counts', async () => {
      const { progress } = await make(provider, { partialImages: 1 });
      const percents = progress.flatMap((step) => ('percent' in step ? [step.percent] : []));
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      for (const percent of percents) expect(percent >= 0 && percent <= 100).toBe(true);
    });

    promised('tells what it used', async () => {
      const { made } = await make(provider, { count: 2 });
      expect(made?.usage).toMatchObject({ imageInTokens: 0 });
      expect(made?.usage?.textInTokens).toBeGreaterThan(0);
      expect(made?.usage?.imageOutTokens).toBeGreaterThan(0);
      const edited = await make(provider, editOf([await inputPicture()]));
      expect(edited.made?.usage?.imageInTokens).toBeGreaterThan(0);
    });

    promised('tells the service’s id for the call', async () => {
      expect((await make(provider)).made?.requestId).toMatch(/\w{4,}/);
    });

    promised('writes tickets that survive JSON', async () => {
      const { result } = await make(provider);
      if (!('ticket' in result)) throw new Error('It gave no ticket.');
      const kept = JSON.parse(JSON.stringify(result.ticket)) as typeof result.ticket;
      expect(await provider.check(kept, new AbortController().signal)).toBeDefined();
    });

    test.skipIf(cannot['writes tickets that survive JSON'] === undefined)('gave no ticket, so takes none', async () => {
      expect(await failureOf(provider.check('ticket', new AbortController().signal))).toBeInstanceOf(RangeError);
    });

    describe('edits', () => {
      test('are something it says it can', () => expect(provider.offers[0]?.tasks).toContain('edit'));

      test.each(formats)('give a whole %s in the size that was asked for, whatever the picture', async (format) => {
        const tall: Size = { width: 320, height: 500 };
        for (const input of formats) {
          const { made } = await make(provider, { ...editOf([await inputPicture(input, tall)]), format });
          expect(pictures(made)).toMatchObject([{ format, width: 1024, height: 1024 }]);
          await sharp(made?.made[0]).stats();
        }
      });

      promised('hands over exactly the bytes it was given', async () => {
        const received = () => subject.received?.();
        const [one, two, three] = await Promise.all(formats.map((format) => inputPicture(format)));
        if (!one || !two || !three) throw new RangeError('There are three formats.');
        await make(provider, editOf([one]));
        expect(received()).toEqual({ images: [hash(one.bytes)], mask: null });
        await make(provider, editOf([three, one, two]));
        expect(received()).toEqual({ images: [three, one, two].map(({ bytes }) => hash(bytes)), mask: null });
        const sixteen = await Promise.all(Array.from({ length: 16 }, (_, at) => inputPicture('png', undefined, at)));
        const mask = await maskFor(one);
        await make(provider, { ...editOf(sixteen, mask), count: 2 });
        expect(received()).toEqual({ images: sixteen.map(({ bytes }) => hash(bytes)), mask: hash(mask.bytes) });
        expect(new Set(received()?.images).size).toBe(16);
      });

      test('depend on the picture and on the mask', async () => {
        const [one, other] = await Promise.all([1, 2].map((shade) => inputPicture('png', undefined, shade)));
        if (!one || !other) throw new RangeError('There are two.');
        const orders = [editOf([one]), editOf([other]), editOf([one], await maskFor(one))];
        const made = await Promise.all(orders.map((order) => make(provider, order)));
        expect(new Set(made.map((each) => hash(each.made?.made[0] ?? new Uint8Array()))).size).toBe(3);
      });

      test('can be several, all different', async () => {
        const { made } = await make(provider, { ...editOf([await inputPicture()]), count: 3 });
        expect(new Set(made?.made.map(hash)).size).toBe(3);
      });

      promised('shows partial pictures', async () => {
        const { made, partials } = await make(provider, { ...editOf([await inputPicture()]), partialImages: 1 });
        expect(partials.length).toBeGreaterThan(0);
        for (const partial of partials) expect(readImage(partial)).toBeDefined();
        expect(pictures(made)).toMatchObject([{ width: 1024, height: 1024 }]);
      });

      test('leave the given bytes as they are', async () => {
        const [input, mask] = [await inputPicture(), await maskFor(await inputPicture())];
        const before = [hash(input.bytes), hash(mask.bytes)];
        await make(provider, editOf([input], mask));
        expect([hash(input.bytes), hash(mask.bytes)]).toEqual(before);
      });

      test('refuse what they can’t read, for the person to mend', async () => {
        const good = await inputPicture();
        const broken = { ...good, bytes: Buffer.from('<html>no picture</html>') };
        const half = { ...good, bytes: good.bytes.subarray(0, good.bytes.length / 2) };
        const small = await maskFor(await inputPicture('png', { width: 64, height: 64 }));
        const orders = [editOf([broken]), editOf([good, half]), editOf([good], broken), editOf([good], small)];
        for (const order of orders) {
          for (const partialImages of [0, 1]) {
            const { result } = await make(provider, { ...order, partialImages });
            expect(result).toMatchObject({ refused: 'unusable', what: expect.stringContaining('a picture you gave') });
          }
        }
      });

      test('without a picture are a mistake of ours', async () => {
        expect(await failureOf(make(provider, editOf([])))).toBeInstanceOf(RangeError);
      });

      test('stop as soon as they are cancelled, with the reason', async () => {
        const reason = new Error('cancelled');
        const controller = new AbortController();
        const order = orderFor({ ...editOf([await inputPicture()]), partialImages: 1 });
        const started = provider.start(order, job, controller.signal, () => controller.abort(reason));
        expect(await failureOf(started)).toBe(reason);
      });
    });

    test('does not begin when it is cancelled already', async () => {
      const reason = new Error('cancelled');
      expect(await failureOf(make(provider, {}, AbortSignal.abort(reason)))).toBe(reason);
    });

    test('stops as soon as it is cancelled, with the reason', async () => {
      const reason = new Error('cancelled');
      const controller = new AbortController();
      const started = provider.start(orderFor({ partialImages: 1 }), job, controller.signal, () =>
        controller.abort(reason),
      );
      expect(await failureOf(started)).toBe(reason);
    });
  });
}
