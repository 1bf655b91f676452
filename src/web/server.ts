import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { metricsDoor } from './metrics-door.ts';

export interface Readiness {
  /** Resolves when the database answers. */
  database(): Promise<void>;
  /** Names of platforms that are on and not connected. */
  disconnected(): readonly string[];
}

/** The page for Prometheus. */
export interface MetricsPage {
  readonly contentType: string;
  read(): Promise<string>;
  /** Who reads must know it; undefined: everybody may who reaches the port. */
  readonly token: string | undefined;
}

export interface WebServer {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Easel's own port: `/healthz` (alive), `/readyz` (database answers, platforms connected), `/metrics`, and what
 * else is mounted.
 * @param mounted listeners of their own by the beginning of the path, such as Slack's at `/slack/`
 * @throws Error in plain words when the port is taken
 */
export async function startWeb(
  port: number,
  host: string,
  readiness: Readiness,
  mounted: ReadonlyMap<string, RequestListener>,
  metrics: MetricsPage,
): Promise<WebServer> {
  const pages = getRequestListener(webApp(readiness, metrics).fetch);
  const server = createServer((request, response) => {
    const [, own] = [...mounted].find(([prefix]) => request.url?.startsWith(prefix)) ?? [];
    (own ?? pages)(request, response);
  });
  await listen(server, port, host);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The pages by themselves. */
function webApp(readiness: Readiness, metrics: MetricsPage): Hono {
  const mayRead = metricsDoor(metrics.token);
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'alive' }));
  app.get('/readyz', async (context) => {
    const problems = readiness.disconnected().map((platform) => `${platform} is not connected`);
    try {
      await readiness.database();
    } catch {
      problems.push('the database does not answer');
    }
    return problems.length === 0
      ? context.json({ status: 'ready' })
      : context.json({ status: 'not ready', problems }, 503);
  });
  app.get('/metrics', async (context) => {
    if (!mayRead(context.req.header('authorization')))
      return context.text('Unauthorized', 401, { 'www-authenticate': 'Bearer' });
    return context.body(await metrics.read(), 200, { 'content-type': metrics.contentType });
  });
  return app;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`PORT ${port} is taken on ${host}; set PORT to another one`, { cause: error })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}
