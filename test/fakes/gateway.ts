import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GatewayError, refusalOf, type Wording, wrapped } from './gateway-words.ts';
import { type Answered, type LocalServer, localServer, passOn } from './local-server.ts';
import type { FakeOpenAI } from './openai/handle.ts';
import { bytesOf } from './openai/read-body.ts';

/** How a gateway differs from the service behind it. Sources stand where each is tested. */
export interface Habits {
  /** Parameters it does not take, of every model or of the models it calls by these names. */
  readonly refuses?: readonly string[];
  readonly onlyFor?: string;
  readonly wording?: Wording;
  /** Where the picture is in an answer. */
  readonly gives?: 'b64_json' | 'url' | 'data-url' | 'data-url-as-b64';
  /** What becomes of `stream`. `synthetic`: one completed event made of the whole answer, then `[DONE]`. */
  readonly streams?: 'ignored' | 'ignored-as-text' | 'synthetic' | 'synthetic-list';
  /** Of an answer. */
  readonly leavesOut?: readonly ('created' | 'usage' | 'size' | 'output_format')[];
  /** What it makes of the service's errors. */
  readonly errors?: GatewayError;
  /** It knows nothing but generations. */
  readonly editsNotImplemented?: boolean;
  /** It answers everything so. */
  readonly always?: { readonly status: number; readonly body: unknown };
}

export interface FakeGateway extends LocalServer {
  readonly apiKey: string;
  /** Every call of an image endpoint, oldest first: the names of what was sent, without files. */
  readonly calls: readonly { readonly path: string; readonly parameters: Readonly<Record<string, unknown>> }[];
  /** Downloads of pictures; none may bring a key. */
  readonly downloads: readonly { readonly authorized: boolean }[];
}

/**
 * A gateway in front of the fake service: it has a key of its own, knows the service's, and spoils what passes through
 * it in the ways of `habits`.
 */
export async function fakeGateway(upstream: FakeOpenAI, habits: Habits = {}): Promise<FakeGateway> {
  const apiKey = 'sk-gateway-key';
  const calls: { path: string; parameters: Record<string, unknown> }[] = [];
  const downloads: { authorized: boolean }[] = [];
  const pictures: Buffer[] = [];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    if (path.startsWith('/files/')) return servePicture(path, request, response);
    const body = await bytesOf(request);
    const send = (status: number, answer: unknown) => sendJson(response, status, answer);
    if (request.headers.authorization !== `Bearer ${apiKey}`) return send(401, { error: { message: 'Invalid token' } });
    if (!/^\/v1\/images\/(generations|edits)$/.test(path))
      return send(404, { error: { message: `Invalid URL ${path}` } });
    const parameters = await parametersOf(request, body);
    calls.push({ path, parameters });
    if (habits.always) return send(habits.always.status, habits.always.body);
    if (habits.editsNotImplemented && path.endsWith('/edits')) return send(501, notImplemented);
    const refused = refusedBy(parameters);
    if (refused) return send(refused.status, refused.body);
    const answer = await passOn(request, body, upstream.url, { authorization: `Bearer ${upstream.apiKey}` });
    return relay(answer, parameters.stream === true || parameters.stream === 'true', path, response);
  }

  function refusedBy(parameters: Readonly<Record<string, unknown>>) {
    if (habits.onlyFor !== undefined && parameters.model !== habits.onlyFor) return undefined;
    const names = Object.keys(parameters).filter((name) => habits.refuses?.includes(name));
    return names.length > 0 ? refusalOf(habits.wording ?? 'openai', names) : undefined;
  }

  function relay(answer: Answered, stream: boolean, path: string, response: ServerResponse): void {
    const send = (status: number, type: string, body: string | Buffer) => {
      response.writeHead(status, { ...answer.headers, 'content-type': type }).end(body);
    };
    const isStream = String(answer.headers['content-type']).startsWith('text/event-stream');
    if (answer.status !== 200) {
      const { status, type, text } = wrapped(habits.errors ?? 'plain', answer);
      send(status, type, text);
    } else if ((isStream && !habits.streams) || !/"(?:data|b64_json)":/.test(answer.body.subarray(0, 400).toString())) {
      send(200, 'text/event-stream', answer.body);
    } else {
      const whole = changed(answer, isStream);
      if (!stream || habits.streams === 'ignored') send(200, 'application/json', JSON.stringify(whole));
      else if (habits.streams === 'ignored-as-text') send(200, 'text/event-stream', `\n\n  ${JSON.stringify(whole)}`);
      else
        send(
          200,
          'text/event-stream',
          events(whole, path)
            .map((data) => `data: ${data}\n\n`)
            .join(''),
        );
    }
  }

  function events({ data, ...more }: Whole, path: string): string[] {
    if (habits.streams === 'synthetic-list') return [JSON.stringify({ data, ...more }), '[DONE]'];
    const type = path.endsWith('/edits') ? 'image_edit.completed' : 'image_generation.completed';
    return [...data.map((item) => JSON.stringify({ type, ...item, ...more })), '[DONE]'];
  }

  function changed({ body }: Answered, isStream: boolean): Whole {
    const whole = isStream ? completedIn(body.toString()) : (JSON.parse(body.toString()) as Whole);
    const left = Object.entries(whole).filter(([name]) => !habits.leavesOut?.includes(name as 'size'));
    return { ...Object.fromEntries(left), data: whole.data.map(itemOf) };
  }

  function itemOf({ b64_json = '' }: { readonly b64_json?: string }) {
    const dataUrl = `data:image/png;base64,${b64_json}`;
    switch (habits.gives ?? 'b64_json') {
      case 'b64_json':
        return { b64_json };
      case 'url':
        return { url: `${server.url}/files/${pictures.push(Buffer.from(b64_json, 'base64')) - 1}?sig=a%2Fb&amp=1` };
      case 'data-url':
        return { url: dataUrl };
      case 'data-url-as-b64':
        return { b64_json: dataUrl };
    }
  }

  function servePicture(path: string, request: IncomingMessage, response: ServerResponse): void {
    downloads.push({ authorized: request.headers.authorization !== undefined });
    const picture = pictures[Number(/\d+/.exec(path)?.[0])];
    response.writeHead(picture ? 200 : 404, { 'content-type': 'application/octet-stream' }).end(picture ?? 'Gone');
  }

  const server = await localServer(serve);
  return { ...server, apiKey, calls, downloads };
}

interface Whole {
  readonly data: readonly { readonly b64_json?: string; readonly url?: string }[];
  readonly [more: string]: unknown;
}

/** one-api's own answer. Source: github.com/songquanpeng/one-api controller/relay.go, read 2026-11. */
const notImplemented = {
  error: { message: 'API not implemented', type: 'one_api_error', param: '', code: 'api_not_implemented' },
};

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Answered['headers'] = {}): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function parametersOf(request: IncomingMessage, body: Buffer): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return JSON.parse(body.toString()) as Record<string, unknown>;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
}

/** The last event of a stream as an answer in one piece. */
function completedIn(text: string): Whole {
  const last = text.split('\n').findLast((line) => line.startsWith('data: {'));
  const { b64_json, usage, size } = JSON.parse(last?.slice(6) ?? '{}') as Record<string, string>;
  return { created: 1_790_000_000, data: [{ b64_json: b64_json ?? '' }], usage, size };
}
