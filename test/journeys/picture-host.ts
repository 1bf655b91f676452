import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Attached } from './chats.ts';

/** A web server with pictures that people link to. */
export interface PictureHost {
  readonly origin: string;
  /** Its address from now on. */
  serve(picture: Attached): string;
  /** An address that never answers. */
  stall(name: string): string;
  /** Resolves when somebody asks for the address that never answers. */
  asked(): Promise<void>;
}

export async function pictureHost(): Promise<PictureHost> {
  const pictures = new Map<string, Uint8Array>();
  const { promise: asked, resolve: stalled } = Promise.withResolvers<void>();
  const stalling = new Set<string>();
  const server = createServer((request, response) => {
    if (stalling.has(request.url ?? '')) return stalled();
    const bytes = pictures.get(request.url ?? '');
    response.writeHead(bytes ? 200 : 404, { 'content-type': bytes ? 'image/png' : 'text/plain' }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    stall(name) {
      stalling.add(`/${encodeURIComponent(name)}`);
      return `${origin}/${encodeURIComponent(name)}`;
    },
    asked: () => asked,
    serve({ name, bytes }) {
      pictures.set(`/${encodeURIComponent(name)}`, bytes);
      return `${origin}/${encodeURIComponent(name)}`;
    },
  };
}
