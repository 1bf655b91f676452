import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWatch } from '../openai/calls.ts';

/** The endpoint from which a web app's managed identity gets tokens of Microsoft Entra. */
export interface FakeIdentity {
  readonly url: string;
  /** What the platform gives the app to show. */
  readonly header: string;
  /** What was asked for a token, oldest first. */
  asked(): readonly string[];
  untilAsked(): Promise<void>;
  isToken(token: string): boolean;
  answers(how: Manner): void;
  /** Forgets what was asked. */
  reset(): void;
  close(): Promise<void>;
}

/** Everybody gets a token, nobody does, nobody hears anything, it fails, it is asked too often, or it hangs up. */
type Manner = 'token' | 'refusal' | 'silence' | 'failure' | 'busy' | 'drop';

const version = '2019-08-01';

/** Source: learn.microsoft.com "How to use managed identities for App Service", REST endpoint reference, read 2026-11. */
export async function fakeIdentity(): Promise<FakeIdentity> {
  const header = '853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a';
  const tokens = new Set<string>();
  const asked: string[] = [];
  const watch = createWatch();
  let how: Manner = 'token';

  const server = createServer((request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? '/', 'http://identity');
    const resource = searchParams.get('resource');
    const send = (status: number, body: object) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.method !== 'GET' || pathname !== '/msi/token')
      return send(404, { statusCode: 404, message: 'Not found' });
    if (request.headers['x-identity-header'] !== header) return send(401, { statusCode: 401, message: 'Unauthorized' });
    if (searchParams.get('api-version') !== version || !resource)
      return send(400, { statusCode: 400, message: 'api-version and resource are required' });
    asked.push(resource);
    watch.changed();
    if (how === 'silence') return;
    if (how === 'drop') return void response.destroy();
    if (how === 'failure') return send(500, { statusCode: 500, message: 'Internal server error' });
    if (how === 'busy') return send(429, { statusCode: 429, message: 'Too many requests' });
    if (how === 'refusal')
      return send(400, { statusCode: 400, message: 'No managed identity is assigned to this app.' });
    const access_token = `entra.${tokens.size + 1}.${resource.replaceAll(/\W/g, '-')}`;
    tokens.add(access_token);
    const expires_on = String(Math.floor(Date.now() / 1000) + 86_400);
    return send(200, { access_token, expires_on, resource, token_type: 'Bearer', client_id: 'fake' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
    header,
    asked: () => [...asked],
    untilAsked: () => watch.until(() => asked.length > 0),
    isToken: (token) => tokens.has(token),
    answers(given) {
      how = given;
    },
    reset() {
      how = 'token';
      asked.length = 0;
    },
    async close() {
      watch.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
