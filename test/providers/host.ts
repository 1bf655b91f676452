import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A host on this machine that remembers the headers of everything it is asked. */
export interface Host {
  readonly url: string;
  readonly seen: string[];
  close(): Promise<void>;
}

export async function host(answer: RequestListener): Promise<Host> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(JSON.stringify(request.rawHeaders));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
