import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A host that somebody else runs, and the headers of everything that came to it. */
export async function foreignHost(answer: RequestListener) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(JSON.stringify(request.rawHeaders));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: (): readonly string[] => [...seen],
    async close(): Promise<void> {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
