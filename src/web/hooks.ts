import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Ways in for services that call back. */
export interface Hooks {
  /** For everything under `hooksPath`. */
  readonly listener: RequestListener;
  /**
   * Opens a way in, and says its address. Every process of an Easel has the same one, also after a restart.
   * @param onCall gets what is sent there, from whoever knows the address: nothing in it may be believed
   */
  open(name: string, onCall: (body: string) => void): string;
}

export const hooksPath = '/hooks/';
/** What services say in a callback takes a few hundred bytes. */
const bytesMax = 64 * 1024;

/** @param secretOf the part of a hook's path that nobody can guess */
export function openHooks(publicUrl: string, secretOf: (name: string) => string): Hooks {
  // By hash, so that the time of a look-up says nothing about the paths there are.
  const hooks = new Map<string, (body: string) => void>();
  return {
    open(name, onCall) {
      const path = `${hooksPath}${secretOf(name)}`;
      hooks.set(hashOf(path), onCall);
      return `${publicUrl.replace(/\/+$/, '')}${path}`;
    },
    listener(request, response) {
      const onCall = request.method === 'POST' ? hooks.get(hashOf(request.url ?? '')) : undefined;
      if (onCall) return void answer(request, response, onCall);
      response.writeHead(404).end();
    },
  };
}

const hashOf = (path: string): string => createHash('sha256').update(path).digest('hex');

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  onCall: (body: string) => void,
): Promise<void> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > bytesMax) return void response.writeHead(413, { connection: 'close' }).end();
      pieces.push(piece);
    }
    response.writeHead(200).end();
    onCall(Buffer.concat(pieces).toString('utf8'));
  } catch {
    // Whoever called has hung up.
    response.destroy();
  }
}
