import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/domain/catalogue.ts';
import {
  findModel,
  nearestQuality,
  nearestSize,
  type Offer,
  offersOf,
  type ProviderKind,
  takesSize,
} from '../../src/domain/catalogue.ts';
import { formats, readImage, readSize, type Size } from '../../src/domain/image.ts';
import {
  type ImageOrder,
  type ImageProvider,
  lanes,
  type Made,
  type Progress,
  type Terms,
  type Ticket,
} from '../../src/domain/image-provider.ts';
import { jobId } from '../../src/domain/job.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
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
export function termsFor(kind: ProviderKind, more: Partial<Terms> = {}): Terms {
  const offers = offersOf(catalogue, kind);
  const nameOf = (model: string) => offers.find(({ id }) => id === model)?.called ?? model;
  return { name: kind, offers, concurrency: 8, priceMultiplier: 1, lanes, nameOf, ...more };
}

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

/** The plainest thing that a service can make of the model that it prefers. */
function usual({ offers }: ImageProvider): Partial<ImageOrder> {
  const [offer] = offers;
  if (!offer) return {};
  const { id, formats, backgrounds } = offer;
  const { format, background, quality, size } = orderFor();
  return {
    model: id,
    size: nearestSize(offer, size),
    quality: nearestQuality(offer, quality),
    background: backgrounds.includes(background) ? background : (backgrounds[0] ?? background),
    format: formats.includes(format) ? format : (formats[0] ?? format),
  };
}

const never = new AbortController().signal;

/** How often a ticket is asked about before the test gives up. */
const checksMax = 200;

/**
 * Makes it to the end, for services with tickets too, and collects what is told meanwhile.
 * @param onProgress hears everything before the call goes on
 */
export async function make(
  provider: ImageProvider,
  more: Partial<ImageOrder> = {},
  signal: AbortSignal = never,
  onProgress: (step: Progress) => void = () => undefined,
) {
  const progress: Progress[] = [];
  const tell = (step: Progress) => {
    progress.push(step);
    onProgress(step);
  };
  const order = orderFor({ ...usual(provider), ...more });
  const result = await untilMade(provider, await provider.start(order, job, signal, tell), signal, tell);
  const partials = progress.flatMap((step) => ('partial' in step ? [step.partial] : []));
  return { result, made: 'made' in result ? result : undefined, progress, partials };
}

/** Tickets go through JSON, as the queue keeps them. */
async function untilMade(
  provider: ImageProvider,
  answer: Made | Ticket | Refusal,
  signal: AbortSignal,
  tell: (step: Progress) => void,
): Promise<Made | Refusal> {
  if (!('ticket' in answer)) return answer;
  for (let checks = 0; checks < checksMax; checks++) {
    const state = await provider.check(JSON.parse(JSON.stringify(answer.ticket)), signal);
    if (!('percent' in state)) return state;
    if (state.percent !== undefined) tell({ percent: state.percent });
  }
  throw new Error(`It was still at it when it had been asked ${checksMax} times.`);
}

/** As many as wanted, in as many calls at once as that takes. */
async function makeSeveral(provider: ImageProvider, count: number, more: Partial<ImageOrder> = {}) {
  const most = provider.imagesPerCallMax;
  const counts = Array.from({ length: Math.ceil(count / most) }, (_, at) => Math.min(most, count - at * most));
  const calls = await Promise.all(counts.map((part) => make(provider, { ...more, count: part })));
  return calls.flatMap(({ made }) => made?.made ?? []);
}

/** All sizes of a list; of a rule, some that it should allow. */
function sizesOf(offer: Offer): Size[] {
  const known = 'list' in offer.sizes ? offer.sizes.list : ['1024x1024', '1536x864', '720x2160'];
  return known
    .map(readSize)
    .filter((size) => size !== undefined)
    .filter((size) => takesSize(offer, size));
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
  | 'makes exactly the size that was asked for'
  | 'shows partial pictures'
  | 'hands over exactly the bytes it was given'
  | 'tells what it used'
  | 'tells the service’s id for the call'
  | 'writes tickets that survive JSON';

/**
 * Formats, sizes, backgrounds, edits, masks and how many pictures go along are tested as far as the service's first offer
 * says it can, everything else always.
 * @param cannot what this one can't do, and why
 */
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
    let offer: Offer;
    /** Of a usual picture. */
    let size: Size;

    beforeEach(async () => {
      subject = await setUp();
      provider = subject.provider;
      const [first] = provider.offers;
      if (!first) throw new RangeError('It offers nothing.');
      offer = first;
      size = nearestSize(offer, { width: 1024, height: 1024 });
    });

    const withPartials = (wanted: number) => ({ partialImages: Math.min(wanted, provider.partialImagesMax) });

    /** Where the service makes the size as it likes, only the outline is what was asked for. */
    function expectSize(made: Made | undefined, wanted: Size): void {
      if (cannot['makes exactly the size that was asked for'] === undefined)
        expect(pictures(made)).toMatchObject([{ ...wanted }]);
      const [picture] = pictures(made);
      const ratio = picture ? picture.width / picture.height : 0;
      expect(Math.abs(Math.log(ratio / (wanted.width / wanted.height)))).toBeLessThan(0.05);
    }

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

    test.for(formats)('makes a whole %s in the size that was asked for', async (format, { skip }) => {
      skip(!offer.formats.includes(format), 'not on offer');
      for (const wanted of sizesOf(offer)) {
        const { made } = await make(provider, { format, size: wanted });
        expect(pictures(made)).toMatchObject([{ format }]);
        expectSize(made, wanted);
        await sharp(made?.made[0]).stats();
      }
    });

    test('makes every quality that it offers', async () => {
      for (const quality of offer.qualities) {
        const { made } = await make(provider, { quality });
        expectSize(made, size);
      }
    });

    test('makes as many as were asked for, all different', async () => {
      const count = Math.min(3, offer.countMax);
      const made = await makeSeveral(provider, count);
      expect(made.map(readImage).every(Boolean)).toBe(true);
      expect(new Set(made.map(hash)).size).toBe(count);
    });

    test.for(['png', 'webp'] as const)(
      'leaves a transparent background transparent in %s',
      async (format, { skip }) => {
        skip(!offer.backgrounds.includes('transparent') || !offer.formats.includes(format), 'not on offer');
        const clear = await make(provider, { background: 'transparent', format });
        expect((await sharp(clear.made?.made[0]).stats()).isOpaque).toBe(false);
        const solid = await make(provider, { background: 'opaque', format });
        expect((await sharp(solid.made?.made[0]).stats()).isOpaque).toBe(true);
      },
    );

    test('takes any words', async () => {
      const odd = [
        '<b>&amp;</b>" \'',
        '\u0000\u0007\ud800\ufffe',
        '🦊'.repeat(300),
        'x'.repeat(5000),
        '日本語 עברית',
        ' ',
      ];
      for (const words of odd.filter(({ length }) => length < offer.promptCharactersMax)) {
        const { made } = await make(provider, { words, prompt: `${words}.` });
        expectSize(made, size);
      }
    });

    promised('shows partial pictures', async () => {
      const { made, partials } = await make(provider, withPartials(2));
      expect(partials.length).toBeGreaterThan(0);
      expect(partials.length).toBeLessThanOrEqual(provider.partialImagesMax);
      for (const partial of partials) expect(readImage(partial)).toBeDefined();
      expectSize(made, size);
    });

    test('counts up from 0 to 100, where it counts', async () => {
      const { progress } = await make(provider, withPartials(1));
      const percents = progress.flatMap((step) => ('percent' in step ? [step.percent] : []));
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      for (const percent of percents) expect(percent >= 0 && percent <= 100).toBe(true);
    });

    promised('tells what it used', async () => {
      const { made } = await make(provider, { count: Math.min(2, provider.imagesPerCallMax) });
      expect(made?.usage).toMatchObject({ imageInTokens: 0 });
      expect(made?.usage?.textInTokens).toBeGreaterThan(0);
      expect(made?.usage?.imageOutTokens).toBeGreaterThan(0);
      if (!offer.tasks.includes('edit')) return;
      const edited = await make(provider, editOf([await inputPicture()]));
      expect(edited.made?.usage?.imageInTokens).toBeGreaterThan(0);
    });

    promised('tells the service’s id for the call', async () => {
      expect((await make(provider)).made?.requestId).toMatch(/\w{4,}/);
    });

    promised('writes tickets that survive JSON', async () => {
      const result = await provider.start(orderFor(usual(provider)), job, never, () => undefined);
      if (!('ticket' in result)) throw new Error('It gave no ticket.');
      const kept = JSON.parse(JSON.stringify(result.ticket)) as typeof result.ticket;
      expect(kept).toEqual(result.ticket);
      expect(await provider.check(kept, never)).toBeDefined();
    });

    test.skipIf(cannot['writes tickets that survive JSON'] === undefined)('gave no ticket, so takes none', async () => {
      expect(await failureOf(provider.check('ticket', never))).toBeInstanceOf(RangeError);
    });

    describe('edits', () => {
      beforeEach(({ skip }) => skip(!offer.tasks.includes('edit'), 'not on offer'));

      test.for(formats)(
        'give a whole %s in the size that was asked for, whatever the picture',
        async (format, { skip }) => {
          skip(!offer.formats.includes(format), 'not on offer');
          const tall: Size = { width: 320, height: 500 };
          for (const input of formats) {
            const { made } = await make(provider, { ...editOf([await inputPicture(input, tall)]), format });
            expect(pictures(made)).toMatchObject([{ format }]);
            expectSize(made, size);
            await sharp(made?.made[0]).stats();
          }
        },
      );

      promised('hands over exactly the bytes it was given', async () => {
        const received = () => subject.received?.();
        const [one, two, three] = await Promise.all(formats.map((format) => inputPicture(format)));
        if (!one || !two || !three) throw new RangeError('There are three formats.');
        await make(provider, editOf([one]));
        expect(received()).toEqual({ images: [hash(one.bytes)], mask: null });
        const few = [three, one, two].slice(0, offer.referencesMax);
        await make(provider, editOf(few));
        expect(received()).toEqual({ images: few.map(({ bytes }) => hash(bytes)), mask: null });
        const length = offer.referencesMax;
        const many = await Promise.all(Array.from({ length }, (_, at) => inputPicture('png', undefined, at)));
        const mask = offer.mask ? await maskFor(one) : undefined;
        await make(provider, { ...editOf(many, mask), count: Math.min(2, provider.imagesPerCallMax) });
        expect(received()).toEqual({
          images: many.map(({ bytes }) => hash(bytes)),
          mask: mask ? hash(mask.bytes) : null,
        });
        expect(new Set(received()?.images).size).toBe(length);
      });

      test('depend on the picture and on the mask', async () => {
        const [one, other] = await Promise.all([1, 2].map((shade) => inputPicture('png', undefined, shade)));
        if (!one || !other) throw new RangeError('There are two.');
        const masked = offer.mask ? [editOf([one], await maskFor(one))] : [];
        const orders = [editOf([one]), editOf([other]), ...masked];
        const made = await Promise.all(orders.map((order) => make(provider, order)));
        expect(new Set(made.map((each) => hash(each.made?.made[0] ?? new Uint8Array()))).size).toBe(orders.length);
      });

      test('can be several, all different', async () => {
        const count = Math.min(3, offer.countMax);
        const made = await makeSeveral(provider, count, editOf([await inputPicture()]));
        expect(new Set(made.map(hash)).size).toBe(count);
      });

      promised('shows partial pictures', async () => {
        const { made, partials } = await make(provider, { ...editOf([await inputPicture()]), ...withPartials(1) });
        expect(partials.length).toBeGreaterThan(0);
        for (const partial of partials) expect(readImage(partial)).toBeDefined();
        expectSize(made, size);
      });

      test('leave the given bytes as they are', async () => {
        const [input, mask] = [await inputPicture(), await maskFor(await inputPicture())];
        const before = [hash(input.bytes), hash(mask.bytes)];
        await make(provider, editOf([input], offer.mask ? mask : undefined));
        expect([hash(input.bytes), hash(mask.bytes)]).toEqual(before);
      });

      test('refuse what they can’t read, for the person to mend', async () => {
        const good = await inputPicture();
        const broken = { ...good, bytes: Buffer.from('<html>no picture</html>') };
        const half = { ...good, bytes: good.bytes.subarray(0, good.bytes.length / 2) };
        const small = await maskFor(await inputPicture('png', { width: 64, height: 64 }));
        const orders = [
          editOf([broken]),
          ...(offer.referencesMax > 1 ? [editOf([good, half])] : []),
          ...(offer.mask ? [editOf([good], broken), editOf([good], small)] : []),
        ];
        for (const order of orders) {
          for (const partialImages of [0, 1]) {
            const { result } = await make(provider, { ...order, ...withPartials(partialImages) });
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
        const order = { ...editOf([await inputPicture()]), ...withPartials(1) };
        const making = make(provider, order, controller.signal, () => controller.abort(reason));
        expect(await failureOf(making)).toBe(reason);
      });
    });

    test('does not begin when it is cancelled already', async () => {
      const reason = new Error('cancelled');
      expect(await failureOf(make(provider, {}, AbortSignal.abort(reason)))).toBe(reason);
    });

    test('stops as soon as it is cancelled, with the reason', async () => {
      const reason = new Error('cancelled');
      const controller = new AbortController();
      const making = make(provider, withPartials(1), controller.signal, () => controller.abort(reason));
      expect(await failureOf(making)).toBe(reason);
    });
  });
}
