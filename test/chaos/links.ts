import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attached } from '../journeys/chats.ts';

/** A web server with pictures that people link to. It takes its time in the middle of each. */
export interface Links {
  readonly origin: string;
  /** Its address from now on. */
  serve(picture: Attached): string;
  /** How often a picture was begun to be sent. */
  fetched(): number;
  /** Resolves as soon as that is true, looked at whenever a picture is begun. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function openLinks(callMs: number): Promise<Links> {
  const pictures = new Map<string, Uint8Array>();
  const waiting = new Set<() => void>();
  let fetched = 0;
  const server = createServer(async ({ url = '' }, response) => {
    const bytes = pictures.get(url);
    if (!bytes) return void response.writeHead(404).end();
    const half = Math.floor(bytes.length / 2);
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length });
    response.write(bytes.subarray(0, half));
    fetched++;
    for (const look of [...waiting]) look();
    await sleep(callMs);
    response.end(bytes.subarray(half));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    serve({ name, bytes }) {
      pictures.set(`/${name}`, bytes);
      return `${origin}/${name}`;
    },
    fetched: () => fetched,
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          if (!condition()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
