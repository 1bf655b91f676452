import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import OpenAI, { APIError, toFile } from 'openai';
import type { ImageGenerateParamsNonStreaming, ImageGenerateParamsStreaming } from 'openai/resources/images';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { control } from './control.ts';
import {
  behaviourFaultNames,
  type ErrorAnswer,
  errorFaultNames,
  errorFaults,
  type FakeOpenAI,
  type FaultName,
  fakeOpenAI,
  faultNames,
} from './openai/server.ts';

let fake: FakeOpenAI;
let client: OpenAI;

beforeEach(async () => {
  fake = await fakeOpenAI();
  client = clientOf(fake);
});

afterEach(() => fake.close());

const fox = { model: 'gpt-image-2.5-flare', quality: 'medium', size: '1024x1024', prompt: 'a red fox' } as const;

function clientOf({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): OpenAI {
  return new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
}

/** Sends what the SDK's types would not let through. */
function generate(more: Record<string, unknown> = {}) {
  return client.images.generate({ ...fox, ...more } as ImageGenerateParamsNonStreaming);
}

async function eventsOf(more: Partial<ImageGenerateParamsStreaming> = {}, options: { signal?: AbortSignal } = {}) {
  const events: OpenAI.ImageGenStreamEvent[] = [];
  const streaming = { ...fox, partial_images: 2, ...more, stream: true } as ImageGenerateParamsStreaming;
  for await (const event of await client.images.generate(streaming, options)) events.push(event);
  return events;
}

function bytesOf(b64: string | undefined): Buffer {
  return Buffer.from(b64 ?? '', 'base64');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function failureOf(promise: Promise<unknown>): Promise<Error & Partial<APIError>> {
  const failure = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof Error)) throw new Error('It did not fail.');
  return failure;
}

async function picture(format: 'png' | 'jpeg' | 'webp' = 'png', edge = 64, alpha = false) {
  const image = sharp({
    create: { width: edge, height: edge, channels: alpha ? 4 : 3, background: { r: 9, g: 99, b: 199, alpha: 0 } },
  });
  return image.toFormat(format).toBuffer();
}

/** With an alpha channel, and nothing transparent in it. */
const opaque = async () =>
  sharp(await picture())
    .ensureAlpha()
    .png()
    .toBuffer();

const named = (bytes: Buffer, type = 'image/png') => toFile(bytes, `a.${type.slice(6)}`, { type });

describe('pictures', () => {
  test.each(['png', 'jpeg', 'webp'] as const)('come as %s in the size that was asked for', async (format) => {
    for (const size of ['1024x1024', '1536x864'] as const) {
      const { data, ...answer } = await generate({ output_format: format, size });
      const bytes = bytesOf(data?.[0]?.b64_json);
      const facts = await sharp(bytes).metadata();
      expect([facts.format, `${facts.width}x${facts.height}`]).toEqual([format, size]);
      await sharp(bytes).stats();
      expect(bytes.includes('c2pa')).toBe(true);
      expect(answer).toMatchObject({ output_format: format, size, quality: 'medium', background: 'opaque' });
    }
  });

  test('carry caBX before the pixels and differ from each other, call after call', async () => {
    const first = await generate({ n: 3 });
    const again = await generate();
    const all = [...(first.data ?? []), ...(again.data ?? [])].map(({ b64_json }) => bytesOf(b64_json));
    for (const bytes of all) {
      expect(bytes.indexOf('caBX')).toBeGreaterThan(0);
      expect(bytes.indexOf('caBX')).toBeLessThan(bytes.indexOf('IDAT'));
    }
    expect(new Set(all.map(sha256)).size).toBe(4);
    expect(fake.calls().flatMap((call) => call.pictures)).toEqual(all.map(sha256));
  });

  test('are the same on another day', async () => {
    const other = await fakeOpenAI();
    const [one, two] = [await generate(), await clientOf(other).images.generate(fox)];
    expect(one.data).toEqual(two.data);
    await other.close();
  });

  test('have holes where transparency was asked for', async () => {
    for (const output_format of ['png', 'webp']) {
      const { data } = await generate({ background: 'transparent', output_format });
      expect((await sharp(bytesOf(data?.[0]?.b64_json)).stats()).isOpaque).toBe(false);
    }
  });

  test.each(['png', 'jpeg', 'webp'] as const)(
    'can be padded to a likely size and stay a valid %s',
    async (output_format) => {
      const big = await fakeOpenAI({ pictureBytes: 1_500_000 });
      const { data } = await clientOf(big).images.generate({ ...fox, output_format });
      const bytes = bytesOf(data?.[0]?.b64_json);
      expect(Math.abs(bytes.length - 1_500_000)).toBeLessThan(2_000);
      await sharp(bytes).stats();
      await big.close();
    },
  );
});

describe('usage', () => {
  test.each([
    ['gpt-image-2.5-flare', 'high', '1024x1024', 1756],
    ['gpt-image-2', 'medium', '1536x1024', 1372],
    ['gpt-image-2.5-sunburst', 'high', '3840x2160', 3336],
    ['gpt-image-1.5', 'low', '1024x1536', 408],
    ['gpt-image-2.6-flare', 'low', '1536x1024', 664],
  ])('%s %s %s is %i tokens', async (model, quality, size, tokens) => {
    const { usage } = await generate({ model, quality, size, prompt: 'a'.repeat(40) });
    expect(usage).toMatchObject({ input_tokens: 10, output_tokens: tokens, total_tokens: tokens + 10 });
  });

  test('counts every picture, every partial and every picture sent in', async () => {
    expect((await generate({ n: 3 })).usage?.output_tokens).toBe(3 * 439);
    const completed = (await eventsOf({ partial_images: 3 })).at(-1);
    expect(completed).toMatchObject({ usage: { output_tokens: 439 + 300 } });
    const image = await named(await picture('png', 1024));
    const { usage } = await client.images.edit({ ...fox, image: [image, image] });
    expect(usage?.input_tokens_details.image_tokens).toBe(2048);
  });
});

describe('the rules', () => {
  test.each<[Record<string, unknown>, string, string]>([
    [{ size: '1000x1000' }, 'invalid_value', 'divisible by 16'],
    [{ size: '3200x1024' }, 'invalid_value', 'ratio'],
    [{ size: '3856x2160' }, 'invalid_value', '3840'],
    [{ size: '512x512' }, 'invalid_value', '655360'],
    [{ size: '3840x2176' }, 'invalid_value', '8294400'],
    [{ size: 'wide' }, 'invalid_value', 'WIDTHxHEIGHT'],
    [{ size: '1536x864', model: 'gpt-image-1.5' }, 'invalid_value', '1536x1024'],
    [{ n: 0 }, 'integer_below_min_value', 'n'],
    [{ n: 11 }, 'integer_above_max_value', 'n'],
    [{ n: '2' }, 'invalid_type', 'integer'],
    [{ quality: 'max', model: 'gpt-image-2' }, 'invalid_value', 'max'],
    [{ quality: 'hd' }, 'invalid_value', 'hd'],
    [{ background: 'transparent', model: 'gpt-image-2' }, 'invalid_value', 'ransparent'],
    [{ background: 'transparent', output_format: 'jpeg' }, 'invalid_value', 'ransparent'],
    [{ output_compression: 80 }, 'invalid_value', 'output_compression'],
    [{ output_compression: 101, output_format: 'webp' }, 'integer_above_max_value', 'output_compression'],
    [{ output_format: 'gif' }, 'invalid_value', 'gif'],
    [{ frame_count: 4 }, 'invalid_value', 'frame_count'],
    [{ response_format: 'b64_json' }, 'unknown_parameter', 'response_format'],
    [{ style: 'vivid' }, 'unknown_parameter', 'style'],
    [{ input_fidelity: 'high' }, 'unknown_parameter', 'input_fidelity'],
    [{ complexity: 'low' }, 'invalid_value', 'complexity'],
    [{ moderation: 'none' }, 'invalid_value', 'none'],
    [{ partial_images: 2 }, 'invalid_value', 'stream'],
    [{ prompt: 'x'.repeat(32_001) }, 'string_above_max_length', '32000'],
    [{ prompt: undefined }, 'missing_required_parameter', 'prompt'],
    [{ model: 'gpt-image-9' }, 'model_not_found', 'gpt-image-9'],
  ])('refuse %o', async (more, code, says) => {
    const failure = await failureOf(generate(more));
    expect(failure).toMatchObject({ status: 400, code });
    expect(failure.message).toContain(says);
    expect(fake.violations()).toMatchObject([{ call: 'call-1', rule: code }]);
    expect(fake.calls()).toMatchObject([{ status: 400, code, billed: false, pictures: [] }]);
  });

  test('let everything through that the documentation allows', async () => {
    await generate({ output_format: 'webp', output_compression: 0, moderation: 'low', user: 'ann' });
    await generate({ quality: 'max', background: 'transparent', size: '2048x1152' });
    await generate({ model: 'gpt-image-2.6-sunburst', complexity: 'high' });
    await generate({ model: 'gpt-image-2.5-flare-2026-09-08', n: 10, prompt: 'x'.repeat(32_000), style: undefined });
    expect(fake.violations()).toEqual([]);
  });

  test('know which models are gone, and which go on the first of December', async () => {
    expect(await failureOf(generate({ model: 'gpt-image-1' }))).toMatchObject({ status: 404, code: 'model_not_found' });
    await generate({ model: 'gpt-image-1.5' });
    const list = await client.models.list();
    const dates = Object.fromEntries(list.data.map(({ id, shutdown_date }) => [id, shutdown_date]));
    expect(dates).toMatchObject({ 'gpt-image-1-mini': '2026-12-01', 'gpt-image-2.5-flare': null });
    expect(dates).not.toHaveProperty('dall-e-3');
    fake.today('2026-12-01');
    expect(await failureOf(generate({ model: 'gpt-image-1.5' }))).toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    expect(await failureOf(client.models.retrieve('gpt-image-1-mini'))).toMatchObject({ status: 404 });
    expect(await client.models.retrieve('gpt-image-2')).toMatchObject({ id: 'gpt-image-2' });
    fake.announce('gpt-image-2', '2027-03-01');
    expect(await client.models.retrieve('gpt-image-2')).toMatchObject({ shutdown_date: '2027-03-01' });
    expect(await failureOf(new OpenAI({ apiKey: 'sk-no', baseURL: fake.baseUrl }).models.list())).toMatchObject({
      status: 401,
    });
  });

  test('note that the model or the quality was left to the service', async () => {
    await generate({ model: undefined, quality: undefined });
    await generate({ quality: 'auto' });
    expect(fake.violations().map(({ rule }) => rule)).toEqual([
      'implicit-model',
      'implicit-quality',
      'implicit-quality',
    ]);
  });

  test('want the right key', async () => {
    client = clientOf({ ...fake, apiKey: 'sk-proj-somebody-else' });
    const failure = await failureOf(generate());
    expect(failure).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'invalid_request_error' });
    expect(failure.message).not.toContain('somebody');
    expect(failure.requestID).toMatch(/^req_[0-9a-f]{32}$/);
    expect(fake.violations()).toEqual([]);
  });

  test('send the safety identifier back', async () => {
    expect(await generate({ safety_identifier: 'u-1', user: 'old' })).toMatchObject({ safety_identifier: 'u-1' });
    expect(await generate({ user: 'old' })).toMatchObject({ safety_identifier: 'old' });
    expect((await eventsOf({ safety_identifier: 'u-2' })).at(-1)).toMatchObject({ safety_identifier: 'u-2' });
    expect(fake.calls().map((call) => call.safetyIdentifier)).toEqual(['u-1', 'old', 'u-2']);
  });
});

describe('edits', () => {
  test('take one picture or many, and a mask', async () => {
    const [one, two, mask] = [await picture('jpeg'), await picture('webp'), await picture('png', 64, true)];
    const image = [await named(one, 'image/jpeg'), await named(two, 'image/webp')];
    await client.images.edit({ ...fox, image, mask: await named(mask) });
    await client.images.edit({ ...fox, image: await named(two, 'image/webp'), n: 2, size: 'auto' });
    expect(fake.calls()).toMatchObject([
      { endpoint: 'edits', images: [sha256(one), sha256(two)], mask: sha256(mask), billed: true },
      { endpoint: 'edits', images: [sha256(two)], mask: null, n: 2, size: '1024x1024' },
    ]);
    expect(fake.violations()).toEqual([]);
  });

  test('stream under their own names', async () => {
    const image = await named(await picture());
    const events: OpenAI.ImageEditStreamEvent[] = [];
    const stream = await client.images.edit({ ...fox, image, stream: true, partial_images: 1 });
    for await (const event of stream) events.push(event);
    expect(events).toMatchObject([
      { type: 'image_edit.partial_image', partial_image_index: 0 },
      {
        type: 'image_edit.completed',
        usage: { input_tokens_details: { image_tokens: 16 }, output_tokens: 439 + 100 },
      },
    ]);
  });

  test.each<[string, () => Promise<Record<string, unknown>>, string]>([
    ['no picture', async () => ({ image: [] }), 'missing_required_parameter'],
    ['seventeen', async () => ({ image: Array(17).fill(await named(await picture())) }), 'array_above_max_length'],
    ['no type', async () => ({ image: await toFile(await picture(), 'a.png') }), 'unsupported_file_mimetype'],
    ['no picture at all', async () => ({ image: await named(Buffer.from('hello')) }), 'invalid_image_file'],
    [
      'a gif',
      async () => ({
        image: await named(
          await sharp(await picture())
            .gif()
            .toBuffer(),
        ),
      }),
      'invalid_image_file',
    ],
    [
      'a palette',
      async () => ({
        image: await named(
          await sharp(await picture())
            .png({ palette: true })
            .toBuffer(),
        ),
      }),
      'invalid_image_file',
    ],
    [
      'CMYK',
      async () => ({
        image: await named(
          await sharp(await picture())
            .toColourspace('cmyk')
            .jpeg()
            .toBuffer(),
          'image/jpeg',
        ),
      }),
      'invalid_image_file',
    ],
    [
      'half a picture',
      async () => {
        const whole = await picture('jpeg', 512);
        return { image: await named(whole.subarray(0, whole.length / 2), 'image/jpeg') };
      },
      'invalid_image_file',
    ],
    [
      'a type that is not the file’s',
      async () => ({ image: await named(await picture('webp')) }),
      'invalid_image_file',
    ],
    [
      'fifty megabytes',
      async () => ({ image: await named(Buffer.concat([await picture(), Buffer.alloc(50_000_000)])) }),
      'image_file_too_large',
    ],
    [
      'a mask of another size',
      async () => ({ mask: await named(await picture('png', 32, true)) }),
      'invalid_mask_image_format',
    ],
    ['a mask without alpha', async () => ({ mask: await named(await picture()) }), 'invalid_mask_image_format'],
    [
      'a jpeg mask',
      async () => ({ mask: await named(await picture('jpeg'), 'image/jpeg') }),
      'unsupported_file_mimetype',
    ],
    [
      'a mask without a type',
      async () => ({ mask: await toFile(await picture('png', 64, true), 'mask.png') }),
      'unsupported_file_mimetype',
    ],
    [
      'a mask of four megabytes',
      async () => ({ mask: await named(Buffer.concat([await picture('png', 64, true), Buffer.alloc(4_000_000)])) }),
      'invalid_mask_image_format',
    ],
    [
      'two masks',
      async () => ({ mask: Array(2).fill(await named(await picture('png', 64, true))) }),
      'duplicate_parameter',
    ],
    ['an opaque markup', async () => ({ markup: await named(await opaque()) }), 'invalid_markup_image_format'],
    ['svg', async () => ({ output_format: 'svg' }), 'invalid_value'],
    [
      'mask and markup',
      async () => ({
        mask: await named(await picture('png', 64, true)),
        markup: await named(await picture('png', 64, true)),
      }),
      'invalid_value',
    ],
    ['fidelity', async () => ({ model: 'gpt-image-2', input_fidelity: 'high' }), 'invalid_input_fidelity_model'],
    ['moderation', async () => ({ moderation: 'low' }), 'unknown_parameter'],
    ['raw bytes', async () => ({ image: [await picture()], mask: await named(await picture()) }), 'unknown_parameter'],
  ])('refuse %s', async (_, more, code) => {
    const body = { ...fox, image: await named(await picture()), ...(await more()) };
    expect(await failureOf(client.images.edit(body as never))).toMatchObject({ status: 400, code });
  });

  test('refuse what is said twice', async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fox, n: '1' })) form.append(name, value);
    form.append('n', '2');
    form.append('image', await named(await picture()));
    const headers = { authorization: `Bearer ${fake.apiKey}` };
    const answer = await fetch(`${fake.baseUrl}/images/edits`, { method: 'POST', body: form, headers });
    expect(await answer.json()).toMatchObject({ error: { code: 'duplicate_parameter', param: 'n' } });
  });

  test('note a name that says something else than the type', async () => {
    const image = await toFile(await picture('webp'), 'a.png', { type: 'image/webp' });
    await client.images.edit({ ...fox, image });
    expect(fake.violations()).toMatchObject([{ rule: 'file-name', says: expect.stringContaining('a.png') }]);
  });

  test('are the only other endpoint left', async () => {
    const failure = await failureOf(client.images.createVariation({ image: await named(await picture()) }));
    expect(failure).toMatchObject({ status: 404 });
  });
});

describe('streams', () => {
  test('send the partials, then the picture with the bill', async () => {
    const events = await eventsOf({ partial_images: 3, output_format: 'jpeg' });
    expect(events.map((event) => ('partial_image_index' in event ? event.partial_image_index : event.type))).toEqual([
      0,
      1,
      2,
      'image_generation.completed',
    ]);
    for (const event of events) expect((await sharp(bytesOf(event.b64_json)).metadata()).format).toBe('jpeg');
    const [call] = fake.calls();
    expect(events.map((event) => sha256(bytesOf(event.b64_json)))).toEqual([
      ...(call?.partials ?? []),
      call?.pictures[0],
    ]);
  });

  test('hold one event when no partials are wanted', async () => {
    expect(await eventsOf({ partial_images: 0 })).toMatchObject([{ type: 'image_generation.completed', usage: {} }]);
  });
});

describe('time', () => {
  test('a held call stays open until it is let go', async () => {
    fake.hold();
    const answers = Promise.all([generate({ prompt: 'one' }), generate({ prompt: 'two' })]);
    await fake.untilHeld(2);
    expect([fake.held(), fake.open(), fake.calls().map((call) => call.billed)]).toEqual([
      2,
      { now: 2, most: 2 },
      [false, false],
    ]);
    fake.release(1);
    await fake.untilEnded(1);
    expect(fake.held()).toBe(1);
    fake.release();
    await answers;
    await generate();
    expect(fake.calls().every((call) => call.billed && call.endedAt !== null)).toBe(true);
  });

  test('letting go in advance counts for the next call', async () => {
    fake.hold();
    fake.release(1);
    await generate();
    const second = generate();
    await fake.until(() => fake.held() === 1);
    fake.release(1);
    await second;
  });

  test('a held stream has already shown its partials', async () => {
    fake.hold();
    const stream = await client.images.generate({ ...fox, stream: true, partial_images: 1 });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      fake.release();
    }
    expect(types).toEqual(['image_generation.partial_image', 'image_generation.completed']);
  });

  test.each([
    ['finish', true],
    ['stop', false],
  ] as const)('work whose client hangs up is billed under "%s": %s', async (afterAbort, billed) => {
    const other = await fakeOpenAI({ afterAbort });
    other.hold();
    const hangUp = new AbortController();
    const answer = failureOf(clientOf(other).images.generate(fox, { signal: hangUp.signal }));
    await other.untilHeld(1);
    hangUp.abort();
    await answer;
    await other.untilEnded(1);
    expect(other.calls()).toMatchObject([{ status: null, billed, abortedAt: expect.any(Number) }]);
    expect([other.held(), other.calls()[0]?.pictures.length]).toEqual([0, billed ? 1 : 0]);
    await other.close();
  });

  test('latency passes before the answer, and ends when the client goes', async () => {
    fake.latency([20, 30]);
    await generate();
    const [call] = fake.calls();
    expect((call?.endedAt ?? 0) - (call?.startedAt ?? 0)).toBeGreaterThanOrEqual(19);
    fake.latency(600_000);
    const hangUp = new AbortController();
    const answer = failureOf(client.images.generate(fox, { signal: hangUp.signal }));
    await fake.untilStarted(2);
    hangUp.abort();
    await answer;
    await fake.untilEnded(2);
  });

  test('closing frees whoever waits', async () => {
    fake.hold();
    const answer = failureOf(generate());
    await fake.untilHeld(1);
    const waiting = failureOf(fake.until(() => false));
    await fake.close();
    expect(await answer).toBeInstanceOf(OpenAI.APIConnectionError);
    expect((await waiting).message).toContain('closed');
    expect(fake.calls()[0]?.billed).toBe(false);
  });
});

describe('faults', () => {
  test.each(errorFaultNames)('%s arrives as the SDK’s error for it', async (name) => {
    fake.next(name);
    const { status, error, html, headers, billed = false } = errorFaults[name] as ErrorAnswer;
    const failure = await failureOf(generate());
    expect(failure).toBeInstanceOf(APIError);
    expect(failure.status).toBe(status);
    if (html === undefined) expect(failure.code ?? null).toBe(error?.code);
    else expect([failure.error, failure.message.includes('<html>')]).toEqual([undefined, true]);
    for (const [header, value] of Object.entries(headers ?? {})) expect(failure.headers?.get(header)).toBe(value);
    expect(fake.calls()).toMatchObject([{ fault: name, status, billed }]);
    await generate();
  });

  test('moderation says at which stage and why', async () => {
    fake.next('moderation-input');
    const failure = await failureOf(generate());
    expect(failure.error).toMatchObject({ moderation_details: { moderation_stage: 'input', categories: ['sexual'] } });
    expect(failure.message).toContain(failure.requestID);
  });

  test('come in the order they were asked for, then the constant one, and one can be made up', async () => {
    fake.next('server-error', 2);
    fake.next({ status: 418, error: { message: 'teapot', type: 't', param: null, code: 'teapot' } });
    fake.always('slow-down');
    const codes: unknown[] = [];
    for (let time = 0; time < 5; time += 1) codes.push((await failureOf(generate())).code);
    expect(codes).toEqual(['server_error', 'server_error', 'teapot', 'slow_down', 'slow_down']);
    fake.always();
    await generate();
    expect(() => fake.next('typo' as FaultName)).toThrow('typo');
  });

  test('come by lot for a share of the calls', async () => {
    const course = async () => {
      fake.reset();
      fake.sometimes(0.5, ['server-error', 'slow-down'], 7);
      for (let time = 0; time < 20; time += 1) await generate().catch(() => undefined);
      return fake.calls().map(({ fault }) => fault);
    };
    const faults = await course();
    expect(new Set(faults)).toEqual(new Set([null, 'server-error', 'slow-down']));
    fake.sometimes(0, ['server-error'], 7);
    await generate();
    expect(() => fake.sometimes(1, ['typo' as FaultName], 7)).toThrow('typo');
  });

  /** What the barest client gets for each of the rest: pictures, a word for what it got instead, or the name of what was thrown. */
  const outcomes: Record<
    (typeof behaviourFaultNames)[number],
    { whole: string; stream: string; pictures: [number, number] }
  > = {
    'cut-stream': { whole: 'thrown', stream: 'partial, thrown', pictures: [1, 1] },
    'cut-body': { whole: 'thrown', stream: 'partial, partial, thrown', pictures: [1, 1] },
    'json-instead-of-stream': { whole: 'png', stream: '', pictures: [1, 1] },
    'ok-with-error': { whole: 'nothing', stream: '', pictures: [0, 0] },
    'ok-html': { whole: 'string', stream: '', pictures: [0, 0] },
    'truncated-base64': { whole: 'broken', stream: 'partial, partial, broken', pictures: [1, 1] },
    'truncated-image': { whole: 'broken', stream: 'partial, partial, broken', pictures: [1, 1] },
    'not-a-picture': { whole: 'broken', stream: 'partial, partial, broken', pictures: [1, 1] },
    'empty-data': { whole: 'nothing', stream: 'partial, partial, nothing', pictures: [1, 1] },
    'missing-usage': { whole: 'png without usage', stream: 'partial, partial, png without usage', pictures: [1, 1] },
    'url-instead-of-b64': { whole: 'url', stream: 'partial, partial, url', pictures: [1, 1] },
    'fewer-images': { whole: 'nothing', stream: 'partial, partial', pictures: [0, 0] },
    'fewer-partials': { whole: 'png', stream: 'partial, png', pictures: [1, 1] },
    hang: { whole: 'thrown', stream: 'thrown', pictures: [0, 0] },
    'drop-before': { whole: 'thrown', stream: 'thrown', pictures: [0, 0] },
    'drop-after': { whole: 'thrown', stream: 'thrown', pictures: [1, 1] },
    'stream-error-event': { whole: 'server_error', stream: 'partial, partial, server_error', pictures: [0, 0] },
    'stream-moderation-event': {
      whole: 'moderation_blocked',
      stream: 'partial, partial, moderation_blocked',
      pictures: [0, 0],
    },
    'other-format': { whole: 'jpeg', stream: 'partial, partial, jpeg', pictures: [1, 1] },
    'stream-without-completed': { whole: 'nothing', stream: 'partial, partial', pictures: [1, 1] },
  };

  async function wordFor(item: { b64_json?: string; url?: string } | undefined, usage: unknown): Promise<string> {
    if (item?.url) return 'url';
    if (!item?.b64_json) return 'nothing';
    const bytes = bytesOf(item.b64_json);
    const format = await sharp(bytes)
      .stats()
      .then(
        async () => (await sharp(bytes).metadata()).format,
        () => 'broken',
      );
    return usage || format === 'broken' ? format : `${format} without usage`;
  }

  /** Hangs up on a call that would never end. */
  async function hangUpOn(name: FaultName, hangUp: AbortController): Promise<void> {
    if (name !== 'hang') return;
    await fake.until(() => fake.calls().some((call) => call.fault === 'hang' && call.endedAt === null));
    hangUp.abort();
  }

  function thrown(error: unknown): string {
    return (error instanceof APIError && error.code) || 'thrown';
  }

  test.each(behaviourFaultNames)('%s, to a request that waits', async (name) => {
    fake.next(name);
    const hangUp = new AbortController();
    const answer = client.images
      .generate(fox, { signal: hangUp.signal })
      .then((got) => (typeof got === 'string' ? 'string' : wordFor(got.data?.[0], got.usage)), thrown);
    await hangUpOn(name, hangUp);
    expect(await answer).toBe(outcomes[name].whole);
    await fake.untilEnded(1);
    const [call] = fake.calls();
    expect([call?.pictures.length, call?.billed, call?.abortedAt !== null]).toEqual([
      outcomes[name].pictures[0],
      outcomes[name].pictures[0] > 0,
      name === 'hang',
    ]);
    expect(await wordFor((await generate()).data?.[0], true)).toBe('png');
  });

  test.each(behaviourFaultNames)('%s, to a request that streams', async (name) => {
    fake.next(name);
    const hangUp = new AbortController();
    const words: string[] = [];
    const read = async () => {
      const stream = await client.images.generate(
        { ...fox, stream: true, partial_images: 2 },
        { signal: hangUp.signal },
      );
      for await (const event of stream) {
        const partial = event.type === 'image_generation.partial_image';
        words.push(partial ? 'partial' : await wordFor(event, event.usage));
      }
    };
    const done = read().catch((error: unknown) => words.push(thrown(error)));
    await hangUpOn(name, hangUp);
    await done;
    expect(words.join(', ')).toBe(outcomes[name].stream);
    await fake.untilEnded(1);
    const [call] = fake.calls();
    expect(call?.pictures).toHaveLength(outcomes[name].pictures[1]);
    expect(call?.billed).toBe((call?.pictures.length ?? 0) + (call?.partials.length ?? 0) > 0);
    expect(call?.abortedAt !== null).toBe(name === 'hang');
    expect((await eventsOf()).length).toBe(3);
  });

  test('a url leads to the picture and tells who sent a key along', async () => {
    fake.next('url-instead-of-b64');
    const { data } = await generate();
    const response = await fetch(data?.[0]?.url ?? '');
    expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(fake.calls()[0]?.pictures[0]);
    await fetch(data?.[0]?.url ?? '', { headers: { authorization: 'Bearer x' } }).then((again) => again.arrayBuffer());
    expect(fake.downloads().map(({ authorized }) => authorized)).toEqual([false, true]);
  });

  test('fewer images are fewer on the bill', async () => {
    fake.next('fewer-images');
    const { data, usage } = await generate({ n: 4 });
    expect([data?.length, usage?.output_tokens]).toEqual([3, 3 * 439]);
  });

  test('have each a name of their own', () => {
    expect(new Set(faultNames).size).toBe(errorFaultNames.length + behaviourFaultNames.length);
  });
});

test('runs as a process of its own, driven from here, and ends when told to', async () => {
  const main = fileURLToPath(new URL('./openai/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '{"pictureBytes":200000}'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, baseUrl, apiKey } = JSON.parse(line) as { url: string; baseUrl: string; apiKey: string };
  const remote = control<FakeOpenAI>(url);
  await remote.next('rate-limit-text');
  await expect(remote.next('typo' as FaultName)).rejects.toThrow('typo');
  client = clientOf({ baseUrl, apiKey });
  expect(await failureOf(generate())).toMatchObject({ code: 'rate_limit_exceeded' });
  await generate();
  await remote.untilEnded(2);
  expect(await remote.calls()).toMatchObject([{ status: 429 }, { status: 200, billed: true }]);
  await remote.close();
  expect(await exited).toEqual([0, null]);
});
