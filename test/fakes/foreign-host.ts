import type { RequestListener } from 'node:http';
import { localServer } from './local-server.ts';

/** A host that somebody else runs, and the headers of everything that came to it. */
export async function foreignHost(answer: RequestListener) {
  const seen: string[] = [];
  const server = await localServer((request, response) => {
    seen.push(JSON.stringify(request.rawHeaders));
    answer(request, response);
  });
  return { ...server, seen: (): readonly string[] => [...seen] };
}
