import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { beginEvents, errorBody, eventText, sendCutJson, sendError, sendJson, sendPage, write } from './answers.ts';
import { type Call, wait } from './calls.ts';
import type { Body } from './check-pictures.ts';
import { errorFaults, errorOf, type Fault } from './faults.ts';
import { standardSizes } from './models.ts';
import type { PictureFormat, PictureOrder, Pictures } from './pictures.ts';
import { sha256 } from './read-body.ts';
import { dimensionsOf, type ImageRequest } from './request-rules.ts';
import { outputTokens, type Usage, usageOf } from './usage.ts';

/** The part of the service that makes the pictures of one accepted call and hands them over, well or badly. */

export interface Work {
  readonly call: Call;
  readonly request: ImageRequest;
  readonly body: Body;
  readonly response: ServerResponse;
  /** Fires when the client hangs up. */
  readonly gone: AbortSignal;
  /** Tells this prompt's first call from its second: the service never draws the same picture twice. */
  readonly occurrence: number;
  readonly latencyMs: number;
  readonly pictures: Pictures;
  readonly pass: (signal: AbortSignal) => Promise<void>;
  readonly publish: (bytes: Buffer, format: PictureFormat) => string;
  /** Whether work goes on, and is billed, when nobody listens any more. */
  readonly finishes: () => boolean;
  readonly changed: () => void;
  /** Closes the socket as a fault, not as the client's doing. */
  readonly cut: () => void;
}

const tokensPerPartial = 100;

/** What the call comes down to once `auto` is settled. */
export function sizeOf(request: ImageRequest, body: Body): string {
  if (request.size !== 'auto') return request.size;
  const [first] = body.images;
  if (!first) return standardSizes[0];
  const distance = (size: string) => {
    const { width, height } = dimensionsOf(size);
    return Math.abs(Math.log(width / height / (first.width / first.height)));
  };
  return [...standardSizes].sort((a, b) => distance(a) - distance(b))[0] ?? standardSizes[0];
}

export async function carryOut(work: Work): Promise<void> {
  const { call, response, gone } = work;
  const fault = faultFor(call.fault, call.stream);
  const error = errorOf(fault);
  const streams = call.stream && !error && !isPlain(fault);
  if (streams) await sendPartials(work, fault);
  else await wait(work.latencyMs, gone);
  await work.pass(gone);
  if (fault === 'hang') return;
  if (fault === 'drop-before') return work.cut();
  if (gone.aborted && !work.finishes()) return;
  if (error) {
    if (error.billed) await make(work, fault);
    return gone.aborted ? undefined : sendError(response, call, error);
  }
  if (fault === 'stream-error-event' || fault === 'stream-moderation-event') return endWithError(work, fault);
  if (fault === 'ok-with-error')
    return sendJson(response, call, 200, { error: errorBody(call, errorFaults['server-error']) });
  if (fault === 'ok-html')
    return sendPage(response, call, 200, '<!doctype html><title>Welcome</title><p>Welcome to nginx!</p>');
  const made = await make(work, fault);
  if (gone.aborted) return;
  if (fault === 'drop-after') return work.cut();
  return streams ? sendCompleted(work, fault, made) : sendWhole(work, fault, made);
}

/** A stream's fault means something else to a request that does not stream. */
function faultFor(fault: Fault | null, stream: boolean): Fault | null {
  if (stream) return fault;
  if (fault === 'cut-stream') return 'cut-body';
  if (fault === 'json-instead-of-stream') return null;
  if (fault === 'stream-error-event') return 'server-error';
  if (fault === 'stream-moderation-event') return 'moderation-output';
  return fault === 'stream-without-completed' ? 'empty-data' : fault;
}

/** Faults that leave a stream no chance to begin. */
function isPlain(fault: Fault | null): boolean {
  const plain: readonly (Fault | null)[] = [
    'json-instead-of-stream',
    'ok-with-error',
    'ok-html',
    'hang',
    'drop-before',
    'drop-after',
  ];
  return plain.includes(fault);
}

interface Made {
  readonly items: readonly { readonly b64_json?: string; readonly url?: string }[];
  readonly usages: readonly Usage[];
}

/** Makes and bills the pictures. From here on the service wants its money, whatever becomes of the answer. */
async function make(work: Work, fault: Fault | null): Promise<Made> {
  const { call, request } = work;
  const count = fault === 'fewer-images' ? call.n - 1 : call.n;
  const items: { b64_json?: string; url?: string }[] = [];
  const hashes: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const order = orderFor(work, index, fault === 'other-format' ? otherThan(request.format) : request.format);
    const picture = await work.pictures.draw(order);
    hashes.push(sha256(picture));
    items.push(await itemOf(work, fault, picture, order));
  }
  const usages = bill(work, count);
  call.pictures = hashes;
  work.changed();
  return { items, usages };
}

/** One usage per picture, and their sum in the log. Partials that were sent count for the first picture. */
function bill(work: Work, count: number): Usage[] {
  const { call, request, body } = work;
  const each = outputTokens(request.model, request.quality, dimensionsOf(call.size ?? ''));
  const usages = Array.from({ length: count }, (_, index) =>
    usageOf({
      promptText: index === 0 ? request.prompt : '',
      inputs: index === 0 ? body.images : [],
      output: each + (index === 0 ? call.partials.length * tokensPerPartial : 0),
    }),
  );
  call.usage = usageOf({
    promptText: request.prompt,
    inputs: body.images,
    output: each * count + call.partials.length * tokensPerPartial,
  });
  call.billed = count > 0 || call.partials.length > 0;
  return usages;
}

async function itemOf(work: Work, fault: Fault | null, picture: Buffer, order: PictureOrder) {
  switch (fault) {
    case 'truncated-image':
      return { b64_json: (await work.pictures.drawHalf(order)).toString('base64') };
    case 'truncated-base64': {
      const half = (await work.pictures.drawHalf(order)).toString('base64');
      // One letter more than a multiple of four: no encoder ever stops there.
      return { b64_json: half.slice(0, half.length - (half.length % 4) - 3) };
    }
    case 'not-a-picture':
      return { b64_json: Buffer.from('I could not draw that, sorry. Please try again later.').toString('base64') };
    case 'url-instead-of-b64':
      return { url: work.publish(picture, order.format) };
    default:
      return { b64_json: picture.toString('base64') };
  }
}

function sendWhole(work: Work, fault: Fault | null, made: Made): Promise<void> | void {
  const { call, response } = work;
  const body = {
    created: Math.floor(Date.now() / 1000),
    background: work.request.background,
    data: fault === 'empty-data' ? [] : made.items,
    output_format: call.format,
    quality: call.quality,
    size: call.size,
    safety_identifier: call.safetyIdentifier,
    ...(fault === 'missing-usage' ? {} : { usage: call.usage }),
  };
  if (fault !== 'cut-body') return sendJson(response, call, 200, body);
  return sendCutJson(response, call, body).then(work.cut);
}

/** Partials go out before the gate, so that a test can look at one while the call is still open. */
async function sendPartials(work: Work, fault: Fault | null): Promise<void> {
  const { call, response, gone } = work;
  const asked = call.partialImages - (fault === 'fewer-partials' ? 1 : 0);
  const count = fault === 'cut-stream' ? Math.min(1, asked) : Math.max(0, asked);
  const stepMs = work.latencyMs / (count + 1);
  beginEvents(response, call);
  for (let index = 0; index < count; index += 1) {
    await wait(stepMs, gone);
    if (gone.aborted) return;
    const picture = await work.pictures.draw({ ...orderFor(work, index, work.request.format), partial: true });
    call.partials = [...call.partials, sha256(picture)];
    const fields = { b64_json: picture.toString('base64'), partial_image_index: index };
    await write(response, event(work, 'partial_image', fields));
    work.changed();
  }
  await wait(stepMs, gone);
}

async function sendCompleted(work: Work, fault: Fault | null, made: Made): Promise<void> {
  const { call, response } = work;
  if (fault === 'cut-stream' && call.partials.length > 0) return work.cut();
  if (fault === 'stream-without-completed') return void response.end();
  for (const [index, item] of made.items.entries()) {
    const fields = {
      ...(fault === 'empty-data' ? {} : item),
      ...(fault === 'missing-usage' ? {} : { usage: made.usages[index] }),
      safety_identifier: call.safetyIdentifier,
    };
    const text = event(work, 'completed', fields);
    if (fault === 'cut-stream' || fault === 'cut-body') {
      await write(response, text.slice(0, text.length / 2));
      return work.cut();
    }
    await write(response, text);
  }
  response.end();
}

async function endWithError(work: Work, fault: 'stream-error-event' | 'stream-moderation-event'): Promise<void> {
  const { call, response, gone } = work;
  if (call.partials.length > 0) bill(work, 0);
  work.changed();
  if (gone.aborted) return;
  const answer = errorFaults[fault === 'stream-error-event' ? 'server-error' : 'moderation-output'];
  call.code = answer.error?.code ?? null;
  await write(response, eventText('error', { type: 'error', error: errorBody(call, answer) }));
  response.end();
}

function event(work: Work, what: 'partial_image' | 'completed', fields: object): string {
  const { call, request } = work;
  const type = `${call.endpoint === 'edits' ? 'image_edit' : 'image_generation'}.${what}`;
  return eventText(type, {
    type,
    created_at: Math.floor(Date.now() / 1000),
    size: call.size,
    quality: call.quality,
    background: request.background,
    output_format: call.format,
    ...fields,
  });
}

function orderFor(work: Work, index: number, format: PictureFormat): PictureOrder {
  const { call, request } = work;
  return {
    ...dimensionsOf(call.size ?? ''),
    format,
    transparent: request.background === 'transparent' && format !== 'jpeg',
    compression: request.compression,
    seed: JSON.stringify([request.prompt, work.occurrence, call.images, call.mask, index]),
  };
}

function otherThan(format: PictureFormat): PictureFormat {
  return format === 'jpeg' ? 'png' : 'jpeg';
}

/** A number from 0 to 1 that depends on the text alone: latencies vary, runs do not. */
export function chanceOf(text: string): number {
  return createHash('md5').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
