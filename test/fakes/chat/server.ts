import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGate, createWatch } from '../openai/calls.ts';
import { type ErrorAnswer, refusal } from '../openai/faults.ts';
import { bytesOf, sha256 } from '../openai/read-body.ts';
import { type Answer, deltasOf, oddBodies, type Recorded, recorded } from './answers.ts';
import { pictureStore } from './pictures.ts';
import { type ChatRequest, modelName, NotTaken, readRequest } from './request.ts';

/** One call of chat completions, as the service saw it. */
export interface ChatCall extends Partial<ChatRequest> {
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** SHA-256 in hex of the picture that was made and is billed; unset: none was. */
  made?: string;
  /** The client hung up before it had the whole answer. */
  aborted: boolean;
}

export type FakeChat = Awaited<ReturnType<typeof fakeChat>>;

/**
 * A gateway with an image model behind chat completions, strict, with its pictures on a host of their own. Every answer
 * that is asked for can come as a stream or whole, since there are services that do not stream although they are told to.
 * Sources: see request.ts and test/recorded/chat.
 */
export async function fakeChat() {
  const apiKey = 'sk-easel-fake-chat-key';
  const store = await pictureStore();
  const watch = createWatch();
  const gate = createGate();
  const calls: ChatCall[] = [];
  const violations: string[] = [];
  const queued: Answer[] = [];
  let usual: Answer = { message: 'markdown-with-progress' };
  let streams = true;

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (request.complete) console.error('fake chat:', error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await bytesOf(request)).toString();
    if (request.headers.authorization !== `Bearer ${apiKey}`) return fail(response, refusal(401, null, '无效的令牌'));
    if (`${request.method} ${request.url}` !== 'POST /v1/chat/completions')
      return fail(response, refusal(404, null, `Invalid URL (${request.method} ${request.url})`));
    const gone = new AbortController();
    const fate = { cut: false };
    const parameters = jsonOf(body);
    const call: ChatCall = { body, headers: request.headers, parameters, aborted: false };
    response.once('close', () => {
      call.aborted = !response.writableFinished && !fate.cut;
      gone.abort();
      watch.changed();
    });
    calls.push(call);
    watch.changed();
    try {
      if (!String(request.headers['content-type']).startsWith('application/json'))
        throw new NotTaken(refusal(400, null, 'The body must be JSON.'));
      Object.assign(call, await readRequest(parameters));
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      violations.push(error.message);
      return fail(response, error.answer);
    }
    const cut = () => {
      fate.cut = true;
      response.destroy();
    };
    return answer(call as ChatCall & ChatRequest, queued.shift() ?? usual, response, gone.signal, cut);
  }

  async function answer(
    call: ChatCall & ChatRequest,
    given: Answer,
    response: ServerResponse,
    gone: AbortSignal,
    cut: () => void,
  ): Promise<void> {
    if ('error' in given) return fail(response, given.error);
    response.setHeader('x-request-id', `req_${sha256(Buffer.from(call.body)).slice(0, 20)}`);
    if ('events' in given) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return void response.end(given.events.map((event) => `data: ${event}\n\n`).join(''));
    }
    if ('body' in given) {
      response.writeHead(200, { 'content-type': given.body === 'page' ? 'text/html' : 'application/json' });
      return void response.end(oddBodies[given.body]);
    }
    const { places, hash } = await store.draw(
      call.ratio,
      JSON.stringify([call.prompt, call.images, calls.indexOf(call)]),
    );
    call.made = hash;
    const name = 'message' in given ? given.message : 'markdown-picture';
    const pieces = piecesOf(recorded(name, places, call.prompt), hash, streams);
    const breaks = 'cut' in given ? given.cut : undefined;
    if (breaks) pieces.length = breaks === 'after-the-end' ? pieces.length - 2 : pieces.length >> 1;
    const type = streams ? 'text/event-stream; charset=utf-8' : 'application/json; charset=utf-8';
    response.writeHead(200, { 'content-type': type });
    // The last piece waits, so that a test can look at a call that is open.
    const last = pieces.pop() ?? '';
    await write(response, pieces.join(''));
    const passed = gate.pass(gone);
    watch.changed();
    await passed;
    if (gone.aborted) return;
    if (!breaks) return void response.end(last);
    await write(response, last);
    cut();
  }

  return {
    url,
    baseUrl: `${url}/v1`,
    apiKey,
    /** Where the pictures are. */
    storeOrigin: store.origin,
    calls: (): readonly ChatCall[] => calls,
    /** What Easel should never have sent. Emptied by tests that mean it. */
    violations: () => violations,
    downloads: () => store.downloads,
    /** For the next call. */
    next: (given: Answer) => void queued.push(given),
    always(given: Answer) {
      usual = given;
    },
    /** Whether it streams when it is asked to. */
    streams(given: boolean) {
      streams = given;
    },
    hold: gate.hold,
    release: () => gate.release(),
    untilHeld: (count: number) => watch.until(() => gate.held() >= count),
    untilAborted: (count: number) => watch.until(() => calls.filter(({ aborted }) => aborted).length >= count),
    async close() {
      watch.close();
      gate.release();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await store.close();
    },
  };
}

function fail(response: ServerResponse, { status, error, html, flat, headers = {} }: ErrorAnswer): void {
  const type = html === undefined ? 'application/json' : 'text/html';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(html ?? JSON.stringify(flat ? { code: error?.code, message: error?.message } : { error }));
}

/** What goes over the wire, ready to be torn anywhere. A stream ends with the count of tokens and its end mark. */
function piecesOf({ message, finish = 'stop' }: Recorded, hash: string, streams: boolean): string[] {
  const envelope = { id: `chatcmpl-${hash.slice(0, 24)}`, created: 1_795_170_000, model: modelName };
  const usage = { prompt_tokens: 20, completion_tokens: 300, total_tokens: 320 };
  if (!streams) {
    const choices = [{ index: 0, message, finish_reason: finish }];
    const whole = JSON.stringify({ ...envelope, object: 'chat.completion', choices, usage });
    return whole.match(/.{1,4093}/gsu) ?? [];
  }
  const event = (fields: object) =>
    `data: ${JSON.stringify({ ...envelope, object: 'chat.completion.chunk', ...fields })}\n\n`;
  return [
    ': hello\n\n',
    ...deltasOf({ message }).map((delta) => event({ choices: [{ index: 0, delta, finish_reason: null }] })),
    event({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }),
    event({ choices: [], usage }),
    'data: [DONE]\n\n',
  ];
}

function jsonOf(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Resolves when the bytes have left, or nobody wants them any more. */
function write(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.write(text, () => resolve());
  });
}
