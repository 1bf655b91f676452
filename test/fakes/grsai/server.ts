import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWatch } from '../openai/calls.ts';
import { drawPictures } from '../openai/pictures.ts';
import type { Call, Callback, Download, FakeGrsai, FakeGrsaiOptions, Fault, LookFault } from './handle.ts';
import { type Generation, readOrder, Wrong } from './rules.ts';
import { endOf, pictureOrder, type Task, taskObject } from './task.ts';

export type { FakeGrsai } from './handle.ts';

/** A task that has just begun is not known yet, and one that is asked for too soon is still under way. */
const looksUnknown = 1;
const looksUnderWay = 2;

/**
 * GrsAI on this machine, both generations of its API, strict. What no source knows of it is refused or left out.
 * Source: clients of GrsAI in public repositories, read 2026-11-20.
 */
export async function fakeGrsai(options: FakeGrsaiOptions = {}): Promise<FakeGrsai> {
  const { apiKey = 'sk-grsai-fake-key', files = 'elsewhere' } = options;
  const pictures = drawPictures(0);
  const watch = createWatch();
  const tasks = new Map<string, Task>();
  const published = new Map<string, { readonly bytes: Buffer; failures: number }>();
  const calls: (Omit<Call, 'looks' | 'state' | 'picture' | 'billed'> & { readonly task: Task | undefined })[] = [];
  const downloads: Download[] = [];
  const callbacks: Callback[] = [];
  const violations: { rule: string; says: string }[] = [];
  const queued: Fault[] = [];
  const lookFaults: LookFault[] = [];
  const proxies = new Map<string, string>();
  const running = new Set<Promise<unknown>>();
  let constant: Fault | undefined;
  let held = false;
  let hearing = true;

  const api = await serving((request, response) => tracked(serveApi(request, response)));
  const filesServer = files === 'elsewhere' ? await serving(serveFile) : undefined;
  const filesUrl = (filesServer ?? api).url;

  function tracked(work: Promise<void>): void {
    const settled = work.then(
      () => undefined,
      (error: unknown) => console.error('fake GrsAI:', error),
    );
    running.add(settled);
    void settled.then(() => running.delete(settled));
  }

  async function serveApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', api.url);
    const route = `${request.method} ${pathname}`;
    if (pathname.startsWith('/file/')) return serveFile(request, response);
    const bytes = await bytesOf(request);
    if (request.headers.authorization !== `Bearer ${apiKey}`) return refuseKey(route, response);
    if (route === 'POST /v1/draw/completions') return begin('draw', request, bytes, response);
    if (route === 'POST /v1/api/generate') return begin('api', request, bytes, response);
    if (route === 'POST /v1/draw/result') return look('draw', jsonIn(bytes)?.id, response);
    if (route === 'GET /v1/api/result') return look('api', searchParams.get('id'), response);
    violations.push({ rule: 'route', says: route });
    json(response, 404, { code: -1, msg: 'page not found', data: null });
  }

  /** The older API says everything under status 200. */
  function refuseKey(route: string, response: ServerResponse): void {
    if (route.includes('/draw/')) json(response, 200, { code: -1, msg: 'apikey error', data: null });
    else json(response, 401, { error: { message: 'Unauthorized' } });
  }

  async function begin(
    generation: Generation,
    request: IncomingMessage,
    bytes: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    const body = jsonIn(bytes);
    const fault = queued.shift() ?? constant;
    const { urls: _, images: __, mask: ___, ...parameters } = body ?? {};
    const call = { id: '', generation, parameters, order: undefined, fault, task: undefined };
    try {
      if (request.headers['content-type'] !== 'application/json' || !body) throw new Wrong('body', 'param error');
      const order = await readOrder(generation, body);
      if (refuse(fault, response)) return void calls.push({ ...call, order });
      const task = newTask(generation, order, fault);
      calls.push({ ...call, id: task.id, order, task });
      answer(task, response);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      calls.push(call);
      violations.push({ rule: error.rule, says: error.message });
      if (generation === 'draw') json(response, 200, { code: -1, msg: error.message, data: null });
      else json(response, 400, { error: error.message });
    } finally {
      watch.changed();
    }
  }

  /** True where the call ends here. */
  function refuse(fault: Fault | undefined, response: ServerResponse): boolean {
    if (fault === 'insufficient-credits') json(response, 200, { code: -1, data: null, msg: 'insufficient credits' });
    else if (fault === 'odd-code') json(response, 200, { code: -7, data: null, msg: 'internal exception' });
    else if (fault === 'rate-limit') json(response, 429, { msg: 'slow down' }, { 'retry-after': '7' });
    else if (fault === 'overloaded') json(response, 503, { msg: 'busy' });
    else if (fault === 'bad-gateway') page(response, 502);
    else if (fault === 'page') page(response, 200);
    else if (typeof fault === 'object') {
      response.writeHead(fault.status, fault.headers).end(fault.body);
    } else if (fault === 'redirect') response.writeHead(307, { location: `${filesUrl}/elsewhere` }).end();
    else return false;
    return true;
  }

  function newTask(generation: Generation, order: Task['order'], fault: Fault | undefined): Task {
    const id = `${tasks.size + 1}-${createHash('md5').update(`task ${tasks.size}`).digest('hex')}`;
    const task: Task = {
      ...{ id, generation, order, fault, looks: 0, percent: 0, state: 'running' },
      ...{ url: undefined, picture: undefined, billed: false, listeners: new Set() },
    };
    tasks.set(id, task);
    return task;
  }

  function answer(task: Task, response: ServerResponse): void {
    const { order, fault, generation } = task;
    if (order.reply !== 'at once' && !held) tracked(finish(task));
    if (fault === 'drop') {
      task.billed = true;
      response.destroy();
    } else if (fault === 'violation-400') {
      task.state = 'violation';
      json(response, 400, taskObject(task));
    } else if (order.reply === 'stream') stream(task, response);
    else if (generation === 'draw') json(response, 200, { code: 0, msg: 'success', data: { id: task.id } });
    else json(response, 200, taskObject(task));
  }

  function stream(task: Task, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const tell = () => {
      response.write(`data: ${JSON.stringify(taskObject(task))}\n\n`);
      if (task.fault === 'cut-stream') response.destroy();
      else if (task.state !== 'running') response.end();
      if (response.writableEnded || response.destroyed) task.listeners.delete(tell);
    };
    response.write(': begun\n\n');
    response.write(`data: ${JSON.stringify(taskObject(task))}\n\n`);
    task.listeners.add(tell);
    response.once('close', () => task.listeners.delete(tell));
    if (task.fault === 'cut-stream') setImmediate(tell);
  }

  async function look(generation: Generation, id: unknown, response: ServerResponse): Promise<void> {
    const task = tasks.get(String(id));
    const unknown = () =>
      generation === 'draw'
        ? json(response, 200, { code: -22, msg: 'task does not exist', data: null })
        : json(response, 404, { error: 'result not exist' });
    if (!task || task.generation !== generation || task.fault === 'vanished') return unknown();
    task.looks += 1;
    watch.changed();
    const fault = lookFaults.shift();
    if (fault === 'page') return page(response, 200);
    if (fault === 'bad-gateway') return page(response, 502);
    if (fault === 'rate-limit') return json(response, 429, { msg: 'slow down' }, { 'retry-after': '7' });
    if (fault === 'wrong-key') return refuseKey(generation === 'draw' ? '/draw/' : '', response);
    if (fault === 'drop') return void response.destroy();
    if (task.looks <= looksUnknown) return unknown();
    if (task.looks <= looksUnknown + looksUnderWay && !held) task.percent = Math.max(task.percent, 30 * task.looks);
    else if (!held) await finish(task);
    json(response, 200, generation === 'draw' ? { code: 0, msg: 'success', data: taskObject(task) } : taskObject(task));
  }

  async function finish(task: Task): Promise<void> {
    // It has ended meanwhile, or never will.
    if (task.state !== 'running' || task.fault === 'endless') return;
    const end = endOf(task);
    const bytes = end === 'succeeded' ? await pictures.draw(pictureOrder(task)) : undefined;
    if (task.state !== 'running') return;
    if (bytes && task.fault !== 'no-link') task.url = publish(task, bytes);
    task.picture = bytes && createHash('sha256').update(bytes).digest('hex');
    task.billed = task.fault !== 'error';
    task.state = end;
    task.percent = 100;
    for (const tell of task.listeners) tell();
    watch.changed();
    if (hearing) await callBack(task);
  }

  async function callBack(task: Task): Promise<void> {
    const { reply } = task.order;
    if (typeof reply === 'string') return;
    const { origin, pathname, search } = new URL(reply.callBack);
    const to = `${proxies.get(origin) ?? origin}${pathname}${search}`;
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: bodyOf(task) };
    const status = await fetch(to, sent).then(
      async (answered) => {
        await answered.arrayBuffer();
        return answered.status;
      },
      () => 0,
    );
    callbacks.push({ id: task.id, to, status });
    watch.changed();
  }

  const bodyOf = (task: Task) => JSON.stringify(taskObject(task));

  function publish({ fault, id }: Task, bytes: Buffer): string {
    const file = `/file/${createHash('sha256').update(bytes).update(id).digest('hex').slice(0, 32)}.png`;
    const shown = fault === 'no-picture' ? Buffer.from('I could not draw that, sorry.') : bytes;
    if (fault !== 'dead-link') published.set(file, { bytes: shown, failures: fault === 'flaky-link' ? 1 : 0 });
    return `${filesUrl}${file}`;
  }

  function serveFile(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    const file = published.get(path);
    const status = !file ? 404 : file.failures-- > 0 ? 502 : 200;
    downloads.push({ path, status, headers: { ...request.headers } });
    response.writeHead(status, { 'content-type': status === 200 ? 'image/png' : 'text/plain' });
    response.end(status === 200 ? file?.bytes : 'no');
  }

  return {
    url: api.url,
    filesUrl,
    apiKey,
    calls: () =>
      calls.map(({ task, ...call }) => {
        const { looks = 0, state = 'failed', picture, billed = false } = task ?? {};
        return { ...call, looks, state, picture, billed };
      }),
    downloads: () => [...downloads],
    callbacks: () => [...callbacks],
    violations: () => [...violations],
    next: (fault, times = 1) => void queued.push(...Array.from({ length: times }, () => fault)),
    always(fault) {
      constant = fault;
    },
    nextLook: (fault, times = 1) => void lookFaults.push(...Array.from({ length: times }, () => fault)),
    hold() {
      held = true;
    },
    release() {
      held = false;
      for (const task of tasks.values()) if (task.order.reply !== 'at once') tracked(finish(task));
    },
    progress(percent) {
      for (const task of tasks.values()) {
        if (task.state !== 'running') continue;
        task.percent = percent;
        for (const tell of task.listeners) tell();
      }
    },
    reach: (origin, real) => void proxies.set(origin, real),
    loseCallbacks() {
      hearing = false;
    },
    async callBackAgain() {
      await Promise.all([...tasks.values()].filter(({ state }) => state !== 'running').map(callBack));
    },
    expire: () => published.clear(),
    until: watch.until,
    async close() {
      watch.close();
      await Promise.all([api.close(), filesServer?.close()]);
      await Promise.all(running);
    },
  };
}

async function serving(listener: RequestListener): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer(listener);
  // Longer than any client keeps a connection, so that it is never this end that closes one just as it is used again.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function page(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end('<html><title>502 Bad Gateway</title></html>');
}

function jsonIn(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
