import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createListener, type Server } from 'node:net';
import type { guardedFetch } from '../../../src/http/guarded-fetch.ts';
import { blackPng } from './picture-bytes.ts';

/** A local server that redirects, dribbles and lies, and beside it an address that nobody may touch. */
export interface HostileHost {
  /** To be allowed, as `LINK_ORIGINS` does. `/picture.png` is one; what else there is, the table says. */
  readonly origin: string;
  /** A service of this machine that is not allowed. */
  readonly forbiddenOrigin: string;
  /** What reached `origin`. */
  readonly requests: readonly IncomingMessage[];
  /** How often somebody as much as connected to `forbiddenOrigin`. */
  forbiddenConnections(): number;
  stop(): Promise<void>;
}

export async function hostileHost(): Promise<HostileHost> {
  let forbiddenConnections = 0;
  const forbidden = createListener((socket) => {
    forbiddenConnections++;
    socket.destroy();
  });
  const forbiddenPort = await listen(forbidden);
  const answers = answersOf(forbiddenPort);
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const answer = answers[request.url?.split('?')[0] ?? ''] ?? status(404);
    answer(request, response);
  });
  const port = await listen(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    forbiddenOrigin: `http://127.0.0.1:${forbiddenPort}`,
    requests,
    forbiddenConnections: () => forbiddenConnections,
    async stop() {
      server.closeAllConnections();
      await Promise.all([server, forbidden].map((each) => new Promise((resolve) => each.close(resolve))));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const redirect =
  (location: string, code = 302): RequestListener =>
  (_, response) =>
    void response.writeHead(code, { location }).end();

const status =
  (code: number): RequestListener =>
  (_, response) =>
    void response.writeHead(code).end();

const send =
  (type: string, body: string | Uint8Array): RequestListener =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': type }).end(body);

const picture = blackPng(64, 48);
const page = '<!DOCTYPE html><title>Pictures</title><img src="/picture.png">';

const answersOf = (forbiddenPort: number): Readonly<Record<string, RequestListener>> => ({
  '/picture.png': send('image/png', picture),
  '/to-picture': redirect('/picture.png', 307),
  '/to-own-port': redirect(`https://127.0.0.1:${forbiddenPort}/admin`),
  '/to-own-port-http': redirect(`http://127.0.0.1:${forbiddenPort}/admin`),
  '/to-own-port-twice': redirect('/to-own-port', 301),
  '/to-own-port-host': redirect(`//localhost:${forbiddenPort}/`, 308),
  '/to-link-local': redirect('https://169.254.169.254/latest/meta-data/', 307),
  '/to-mapped': redirect(`https://[::ffff:127.0.0.1]:${forbiddenPort}/`, 303),
  '/to-http': redirect('http://pictures.example/fox.png'),
  '/to-file': redirect('file:///etc/passwd'),
  '/to-data': redirect('data:image/png;base64,iVBORw0KGgo='),
  '/to-password': redirect(`https://me:secret@127.0.0.1:${forbiddenPort}/`),
  '/to-nowhere': redirect('https://[nowhere'),
  '/loop': redirect('/loop'),
  '/ping': redirect('/pong'),
  '/pong': redirect('/ping'),
  '/page': send('text/html; charset=utf-8', page),
  '/page.png': send('image/png', page),
  '/text.png': send('image/png', 'This is no picture.'),
  '/nothing.png': send('image/png', ''),
  '/cut.png': send('image/png', picture.subarray(0, picture.length - 20)),
  '/missing.png': status(404),
  '/gone.png': status(410),
  '/closed.png': status(403),
  '/unnamed.png': status(401),
  '/broken.png': status(500),
  '/no-content.png': status(204),
  '/announced.png': (_, response) => void response.writeHead(200, { 'content-length': 50_000_000 }).flushHeaders(),
  '/endless.png': (_, response) => pour(response.writeHead(200, { 'content-type': 'image/png' }), 1_000_000),
  '/endless-redirect': (_, response) => pour(response.writeHead(302, { location: '/picture.png' }), 1_000_000),
  '/hangs-up.png': (request, response) => {
    const half = picture.subarray(0, picture.length / 2);
    response.writeHead(200, { 'content-length': picture.length }).write(half, () => request.socket.destroy());
  },
  '/more-than-announced.png': ({ socket }) => {
    socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n'), picture]));
  },
  '/no-http.png': ({ socket }) => void socket.end(picture),
  '/silent.png': () => undefined,
  '/stops.png': (_, response) => void response.writeHead(200).write(picture.subarray(0, 20)),
  '/dribbles.png': (_, response) => pour(response.writeHead(200), 1),
});

/** Sends and sends, in pieces as large as `bytes`, as fast as they are taken. */
function pour(response: ServerResponse, bytes: number): void {
  const more = () => response.write(Buffer.alloc(bytes), (error) => error ?? setImmediate(more));
  more();
}

/** Names as an attacker's name server has them. */
const names: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'inward.example': ['10.0.0.7'],
  'inward-v6.example': ['fd00:ec2::254'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'both-sides.example': ['93.184.215.14', '127.0.0.1'],
  'both-sides-v6.example': ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::1'],
};

type Lookup = NonNullable<Parameters<typeof guardedFetch>[0]['lookup']>;

/** A name server that knows these names alone. */
export const hostileLookup: Lookup = (name, _, callback) => {
  const addresses = names[name];
  if (addresses)
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  else callback(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), []);
};
