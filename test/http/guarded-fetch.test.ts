import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FetchFailure, guardedFetch } from '../../src/http/guarded-fetch.ts';

interface Host {
  readonly origin: string;
  readonly port: number;
  readonly seen: IncomingMessage[];
  answer: RequestListener;
  readonly server: Server;
}

let home: Host;
let other: Host;

beforeEach(async () => {
  [home, other] = await Promise.all([host(), host()]);
});

afterEach(async () => {
  for (const { server } of [home, other]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function host(): Promise<Host> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    made.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const made: Host = {
    ...{ origin: `http://127.0.0.1:${port}`, port, seen, server },
    answer: (_, response) => void response.end('a picture'),
  };
  return made;
}

async function failureOf(promise: Promise<unknown>): Promise<FetchFailure> {
  const failure = await promise.catch((error: unknown) => error);
  if (failure instanceof FetchFailure) return failure;
  throw new Error(`It did not fail as it should: ${String(failure)}`);
}

const redirectTo =
  (location: string, status = 302): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { location }).end();

describe('an origin that is configured', () => {
  test('is reached although it is this machine and plain http', async () => {
    const get = guardedFetch({ allowedOrigins: [`${home.origin}/v1/images`] });
    const { status, headers, bytes } = await get(`${home.origin}/x.png`);
    expect([status, headers['content-length'], Buffer.from(bytes).toString()]).toEqual([200, '9', 'a picture']);
  });

  test('means exactly that port', async () => {
    const get = guardedFetch({ allowedOrigins: [home.origin] });
    expect(await failureOf(get(other.origin))).toMatchObject({ code: 'insecure' });
    expect(other.seen).toHaveLength(0);
  });

  test('gets method, headers and body as they were given', async () => {
    home.answer = async (request, response) => {
      const body = await text(request);
      response.writeHead(402).end(`${request.method} ${request.headers['x-key']} ${body}`);
    };
    const get = guardedFetch({ allowedOrigins: [home.origin] });
    const { status, bytes } = await get(home.origin, { method: 'POST', headers: { 'X-Key': 'k' }, body: '{}' });
    expect([status, Buffer.from(bytes).toString()]).toEqual([402, 'POST k {}']);
  });
});

describe('the inside', () => {
  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://localhost/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://0.0.0.0/',
    'https://10.1.2.3/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://192.168.1.1/',
    'https://224.0.0.1/',
    'https://me:secret@example.com/',
    'no url',
  ])('is refused: %s', async (url) => {
    expect(await failureOf(guardedFetch({ allowedOrigins: [] })(url))).toMatchObject({ code: 'forbidden' });
  });

  test.each(['http://example.com/', 'http://127.0.0.1/', 'ftp://example.com/', 'file:///etc/passwd', 'data:,picture'])(
    'is not asked without encryption: %s',
    async (url) => {
      expect(await failureOf(guardedFetch({ allowedOrigins: [] })(url))).toMatchObject({ code: 'insecure' });
    },
  );

  test('is refused when a name leads there, and the name is looked up once', async () => {
    const asked: string[] = [];
    const said: string[] = [];
    const get = guardedFetch({
      allowedOrigins: [],
      log: (message) => said.push(message),
      lookup: (name, _, callback) => {
        asked.push(name);
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const url = `https://innocent.example:${home.port}/signed?secret`;
    expect(await failureOf(get(url))).toMatchObject({ code: 'forbidden' });
    expect(asked).toEqual(['innocent.example']);
    expect(said).toEqual(['refused to fetch: innocent.example is not on the public internet']);
  });

  test('is refused when one of the addresses of a name leads there', async () => {
    const get = guardedFetch({
      allowedOrigins: [],
      lookup: (_, __, callback) =>
        callback(null, [
          { address: '93.184.215.14', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    });
    expect(await failureOf(get(`https://both.example:${home.port}/`))).toMatchObject({ code: 'forbidden' });
  });

  test('is refused behind a redirect', async () => {
    const get = guardedFetch({ allowedOrigins: [home.origin] });
    home.answer = redirectTo(`${other.origin}/admin`);
    expect(await failureOf(get(home.origin))).toMatchObject({ code: 'insecure' });
    home.answer = redirectTo(`https://127.0.0.1:${other.port}/admin`);
    expect(await failureOf(get(home.origin))).toMatchObject({ code: 'forbidden' });
    expect(other.seen).toHaveLength(0);
  });
});

describe('redirects', () => {
  const secret = { authorization: 'Bearer secret', 'API-Key': 'secret', cookie: 'secret', accept: 'image/*' };

  test('to another host lose everything that could be a credential', async () => {
    home.answer = redirectTo(`${other.origin}/x`);
    const get = guardedFetch({ allowedOrigins: [home.origin, other.origin] });
    expect(await get(home.origin, { headers: secret })).toMatchObject({ status: 200 });
    expect(other.seen[0]?.headers).toMatchObject({ accept: 'image/*' });
    expect(JSON.stringify(other.seen[0]?.rawHeaders)).not.toContain('secret');
  });

  test('lead only where whoever fetches lets them', async () => {
    home.answer = redirectTo(`${other.origin}/x`);
    const get = guardedFetch({ allowedOrigins: [home.origin, other.origin] });
    const mayRedirectTo = ({ origin }: URL) => origin === home.origin;
    expect(await failureOf(get(home.origin, { mayRedirectTo }))).toMatchObject({ code: 'forbidden' });
    expect(other.seen).toEqual([]);
  });

  test('on the same host keep it', async () => {
    home.answer = (request, response) => {
      if (request.url === '/') redirectTo('/x')(request, response);
      else response.end();
    };
    await guardedFetch({ allowedOrigins: [home.origin] })(home.origin, { headers: secret });
    expect(home.seen[1]?.headers).toMatchObject({ authorization: 'Bearer secret' });
  });

  test('never carry a body to another host', async () => {
    home.answer = redirectTo(other.origin, 307);
    const get = guardedFetch({ allowedOrigins: [home.origin, other.origin] });
    const sent = get(home.origin, { method: 'POST', body: 'a prompt' });
    expect(await failureOf(sent)).toMatchObject({ code: 'forbidden' });
    expect(other.seen).toHaveLength(0);
  });

  test('end some time', async () => {
    home.answer = redirectTo('/again');
    const get = guardedFetch({ allowedOrigins: [home.origin] });
    expect(await failureOf(get(home.origin))).toMatchObject({ code: 'redirects' });
    expect(home.seen).toHaveLength(6);
  });
});

describe('limits', () => {
  const get = (options: Parameters<ReturnType<typeof guardedFetch>>[1]) =>
    guardedFetch({ allowedOrigins: [home.origin] })(home.origin, options);

  test('more bytes than wanted are not read, announced or not', async () => {
    expect(await failureOf(get({ bytesMax: 8 }))).toMatchObject({ code: 'too-large' });
    home.answer = (_, response) => {
      const more = () => response.write(Buffer.alloc(100_000), (error) => error ?? more());
      more();
    };
    expect(await failureOf(get({ bytesMax: 1_000_000 }))).toMatchObject({ code: 'too-large' });
  });

  test('the deadline covers the headers and the body', async () => {
    home.answer = () => undefined;
    expect(await failureOf(get({ deadlineMs: 20 }))).toMatchObject({ code: 'timeout' });
    home.answer = (_, response) => void response.write('a pic');
    expect(await failureOf(get({ deadlineMs: 20 }))).toMatchObject({ code: 'timeout' });
  });

  test('an abort rejects with its reason', async () => {
    const reason = new Error('cancelled');
    const controller = new AbortController();
    home.answer = () => controller.abort(reason);
    await expect(get({ signal: controller.signal })).rejects.toBe(reason);
    await expect(get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(home.seen).toHaveLength(1);
  });

  test('a socket that closes is a failure, in the middle of a body too', async () => {
    home.answer = (request) => void request.socket.destroy();
    expect(await failureOf(get({}))).toMatchObject({ code: 'unreachable' });
    home.answer = (request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('a pic', () => request.socket.destroy());
    };
    expect(await failureOf(get({}))).toMatchObject({ code: 'unreachable' });
  });
});
