import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of this machine, for a test's own purposes. */
export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What a client hung up on is over; anything else that throws is the fake's own mistake and ends as a 500. */
export async function localServer(
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | unknown,
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    Promise.resolve()
      .then(() => serve(request, response))
      .catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(String(error));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Passes a request on and hands back the whole answer. */
export async function passOn(
  request: IncomingMessage,
  body: Buffer,
  origin: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const type = request.headers['content-type'];
  const answer = await fetch(origin + request.url, {
    method: request.method ?? 'POST',
    headers: {
      authorization: request.headers.authorization ?? '',
      ...(type ? { 'content-type': type } : {}),
      ...headers,
    },
    body: new Uint8Array(body),
    redirect: 'manual',
  });
  const kept = ['content-type', 'x-request-id', 'openai-organization'].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { status: answer.status, headers: Object.fromEntries(kept), body: Buffer.from(await answer.arrayBuffer()) };
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
