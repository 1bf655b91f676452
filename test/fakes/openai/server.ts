import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handleControl } from '../control.ts';
import { requestIdOf, sendError } from './answers.ts';
import { type Call, createGate, createWatch, newCall, type Violation } from './calls.ts';
import { type Body, bodyWithoutPictures, checkPictures, misnamed } from './check-pictures.ts';
import { checkedFault, type ErrorAnswer, type Fault, refusal, wrongKey } from './faults.ts';
import type { Download, FakeOpenAI, FakeOpenAIOptions, Latency } from './handle.ts';
import { isGone, modelEntry, modelList, modelNamed } from './models.ts';
import { drawPictures } from './pictures.ts';
import { bytesOf, readForm, readJson, sha256 } from './read-body.ts';
import { type Endpoint, type ImageRequest, leftOut, Refused, readRequest } from './request-rules.ts';
import { carryOut, chanceOf, sizeOf } from './studio.ts';

export {
  behaviourFaultNames,
  type ErrorAnswer,
  errorFaultNames,
  errorFaults,
  type FaultName,
  faultNames,
} from './faults.ts';
export type { FakeOpenAI, FakeOpenAIOptions } from './handle.ts';

/**
 * OpenAI's Images API on this machine, strict and without mercy.
 * Sources: openai@7.55.0 resources/images.d.ts; developers.openai.com "Image generation" and "Error codes". Read 2026-11-20.
 */
export async function fakeOpenAI(options: FakeOpenAIOptions = {}): Promise<FakeOpenAI> {
  const { port = 0, host = '127.0.0.1', apiKey = 'sk-proj-easel-fake-key', afterAbort = 'finish', front } = options;
  const pictures = drawPictures(options.pictureBytes ?? 0);
  const published = new Map<string, { bytes: Buffer; type: string }>();
  const occurrences = new Map<string, number>();
  const announced = new Map<string, string>();
  const watch = createWatch();
  const gate = createGate();
  const running = new Set<Promise<void>>();
  const calls: Call[] = [];
  const violations: Violation[] = [];
  const downloads: Download[] = [];
  const queued: Fault[] = [];
  let constant: Fault | null = null;
  let lots: (call: string) => Fault | null = () => null;
  let latency: Latency = options.latency ?? 0;
  let today = options.today ?? '2026-11-20';
  let count = 0;
  let open = 0;
  let mostOpen = 0;
  let closing: Promise<void> | undefined;

  const server = createServer((request, response) => {
    const served = serve(request, response).catch((error: unknown) => {
      // Either the client hung up while it was sending, or the fake itself is broken; the latter must not look like the former.
      if (!request.destroyed || request.complete) console.error('fake OpenAI:', error);
      response.destroy();
    });
    running.add(served);
    void served.then(() => running.delete(served));
  });
  // Longer than any client keeps a connection, so that it is never this end that closes one just as it is used again.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', url).pathname;
    const route = `${request.method} ${path}`;
    const endpoint = front ? front.endpointOf(request) : endpoints.get(route);
    if (endpoint) return serveImages(endpoint, request, response);
    if (route.startsWith('POST /_fake/')) return serveControl(path.slice('/_fake/'.length), request, response);
    if (route.startsWith('GET /_pictures/')) return servePicture(path, request, response);
    const call = newCall('', nextRequestId(), 'generations');
    if (front) {
      violations.push({ call: '', rule: 'no-such-address', says: route });
      request.resume();
      return sendError(response, call, unknownRoute(route));
    }
    const asksModels = /^GET \/v1\/models(\/[^/]+)?$/.test(route);
    const refused = keyProblem(request) ?? (asksModels ? undefined : unknownRoute(route));
    request.resume();
    if (refused) sendError(response, call, refused);
    else serveModels(decodeURIComponent(path.slice('/v1/models'.length).replace(/^\//, '')), call, response);
  }

  async function serveImages(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const fate = { cut: false };
    let call: Call | undefined;
    const closed = new Promise<void>((resolve) => {
      response.once('close', () => {
        if (!response.writableFinished && !fate.cut) {
          if (call) call.abortedAt = Date.now();
          gone.abort();
        }
        resolve();
      });
    });
    const bytes = await bytesOf(request);
    count += 1;
    call = newCall(`call-${count}`, nextRequestId(), endpoint);
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    try {
      const accepted = await accept(call, request, bytes);
      calls.push(call);
      if ('refused' in accepted) {
        sendError(response, call, accepted.refused);
      } else {
        const occurrence = (occurrences.get(accepted.request.prompt) ?? 0) + 1;
        occurrences.set(accepted.request.prompt, occurrence);
        call.fault = queued.shift() ?? constant ?? lots(call.id);
        watch.changed();
        const cut = () => {
          fate.cut = true;
          response.destroy();
        };
        await carryOut({
          ...{ call, response, occurrence, pictures, publish, cut, ...accepted },
          gone: gone.signal,
          latencyMs: latencyFor(call),
          changed: watch.changed,
          pass: (signal) => {
            const passed = gate.pass(signal);
            watch.changed();
            return passed;
          },
          finishes: () => afterAbort === 'finish' && closing === undefined,
        });
      }
      await closed;
    } finally {
      call.endedAt = Date.now();
      open -= 1;
      watch.changed();
    }
  }

  /** Reads and judges a call. Whatever is refused here, Easel should not have sent. */
  async function accept(
    call: Call,
    incoming: IncomingMessage,
    bytes: Buffer,
  ): Promise<{ request: ImageRequest; body: Body } | { refused: ErrorAnswer }> {
    const refused = doorProblem(call, incoming);
    if (refused) return { refused };
    const type = incoming.headers['content-type'] ?? '';
    try {
      const form = call.endpoint === 'edits' ? await readForm(type, bytes) : readJson(type, bytes);
      const { parameters } = form;
      call.parameters = parameters;
      if (typeof parameters.model === 'string') call.model = parameters.model;
      if (typeof parameters.prompt === 'string') call.prompt = parameters.prompt;
      for (const name of leftOut(parameters)) {
        violations.push({
          call: call.id,
          rule: `implicit-${name}`,
          says: `Easel must always say which ${name} it wants.`,
        });
      }
      for (const file of misnamed(form)) {
        violations.push({ call: call.id, rule: 'file-name', says: `A name and a type that do not agree: ${file}.` });
      }
      const request = readRequest(call.endpoint, front?.read(form, incoming) ?? parameters, today);
      const body = call.endpoint === 'edits' ? await checkPictures(form, request.model.markup) : bodyWithoutPictures;
      describe(call, request, body);
      return { request, body };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      violations.push({ call: call.id, rule: error.answer.error?.code ?? 'unreadable', says: error.message });
      return { refused: error.answer };
    }
  }

  function doorProblem(call: Call, request: IncomingMessage): ErrorAnswer | undefined {
    if (!front) return keyProblem(request);
    const stopped = front.door(request);
    if (stopped?.rule) violations.push({ call: call.id, rule: stopped.rule, says: `${request.method} ${request.url}` });
    return stopped?.answer;
  }

  function keyProblem(request: IncomingMessage): ErrorAnswer | undefined {
    const given = request.headers.authorization ?? '';
    if (given === `Bearer ${apiKey}`) return undefined;
    if (!given.startsWith('Bearer ') || given === 'Bearer ') {
      const message =
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
      return refusal(401, null, message);
    }
    const key = given.slice('Bearer '.length);
    return refusal(401, 'invalid_api_key', wrongKey(`${key.slice(0, 8)}${'*'.repeat(12)}${key.slice(-4)}`));
  }

  function serveModels(name: string, call: Call, response: ServerResponse): void {
    const model = modelNamed(name);
    const found = model && !isGone(model, today) ? modelEntry(name, model, announced) : undefined;
    const body = name === '' ? modelList(today, announced) : found;
    if (!body) {
      sendError(response, call, refusal(404, 'model_not_found', `The model '${name}' does not exist`));
      return;
    }
    response
      .writeHead(200, { 'content-type': 'application/json', 'x-request-id': call.requestId })
      .end(JSON.stringify(body));
  }

  function servePicture(path: string, request: IncomingMessage, response: ServerResponse): void {
    const picture = published.get(path);
    const status = picture ? 200 : 404;
    downloads.push({ path, status, authorized: request.headers.authorization !== undefined });
    response.writeHead(status, { 'content-type': picture?.type ?? 'text/plain' }).end(picture?.bytes ?? 'Not found');
  }

  async function serveControl(method: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await bytesOf(request)).toString();
    const close = method === 'close';
    const answer = close ? { status: 200, body: 'null' } : await handleControl(handle, method, body);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    // The answer has to leave before everything is closed, itself included.
    response.end(answer.body, () => {
      if (close) setImmediate(() => void handle.close());
    });
  }

  function publish(bytes: Buffer, format: string): string {
    const path = `/_pictures/${sha256(bytes).slice(0, 24)}.${format}`;
    published.set(path, { bytes, type: `image/${format}` });
    return url + path;
  }

  function latencyFor(call: Call): number {
    if (typeof latency === 'number') return latency;
    const [min, max] = latency;
    return min + (max - min) * chanceOf(call.id);
  }

  let requests = 0;
  function nextRequestId(): string {
    requests += 1;
    return requestIdOf(requests);
  }

  const handle: FakeOpenAI = {
    url,
    baseUrl: `${url}/v1`,
    apiKey,
    calls: () => structuredClone(calls),
    violations: () => [...violations],
    downloads: () => [...downloads],
    open: () => ({ now: open, most: mostOpen }),
    next(fault, times = 1) {
      for (let time = 0; time < times; time += 1) queued.push(checkedFault(fault));
    },
    always(fault = null) {
      constant = fault && checkedFault(fault);
    },
    sometimes(share, faults, seed) {
      const known = faults.map(checkedFault);
      lots = (call) => {
        if (chanceOf(`${seed} ${call}`) >= share) return null;
        return known[Math.floor(chanceOf(`${seed} ${call} how`) * known.length)] ?? null;
      };
    },
    latency(given) {
      latency = given;
    },
    hold: gate.hold,
    release: (given) => gate.release(given ?? undefined),
    held: gate.held,
    today(date) {
      today = date;
    },
    announce(model, date) {
      announced.set(model, date);
    },
    until: watch.until,
    untilStarted: (wanted) => watch.until(() => calls.length >= wanted),
    untilEnded: (wanted) => watch.until(() => calls.filter((call) => call.endedAt !== null).length >= wanted),
    untilHeld: (wanted) => watch.until(() => gate.held() >= wanted),
    reset() {
      for (const list of [calls, violations, downloads, queued]) list.length = 0;
      for (const map of [occurrences, published, announced]) map.clear();
      constant = null;
      lots = () => null;
      latency = options.latency ?? 0;
      today = options.today ?? '2026-11-20';
      mostOpen = open;
      gate.release();
    },
    close() {
      closing ??= (async () => {
        watch.close();
        const stopped = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await stopped;
        await Promise.allSettled(running);
      })();
      return closing;
    },
  };
  return handle;
}

const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['POST /v1/images/generations', 'generations'],
  ['POST /v1/images/edits', 'edits'],
]);

function describe(call: Call, request: ImageRequest, body: Body): void {
  call.model ??= request.model.id;
  call.n = request.n;
  call.size = sizeOf(request, body);
  call.quality = request.quality;
  call.format = request.format;
  call.stream = request.stream;
  call.partialImages = request.partialImages;
  call.safetyIdentifier = request.safetyIdentifier;
  call.images = body.images.map((image) => image.sha256);
  call.mask = body.mask?.sha256 ?? null;
  call.markup = body.markup?.sha256 ?? null;
}

function unknownRoute(route: string): ErrorAnswer {
  if (route === 'POST /v1/images/variations') {
    return refusal(
      404,
      null,
      'This endpoint is retired and no longer accepts requests. Use the image edits endpoint instead.',
    );
  }
  const [method, path] = route.split(' ');
  return refusal(404, null, `Invalid URL (${method} ${path})`);
}
