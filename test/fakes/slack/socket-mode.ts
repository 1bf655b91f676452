/** Socket Mode: one-time WebSocket addresses, hello, envelopes, acks, disconnect. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Deliveries, Envelope, Reply } from './deliveries.ts';
import { jsonIn } from './http-body.ts';
import { isRecord } from './shape.ts';

const connectionsMax = 10;
const pingEveryMs = 10_000;
const graceMs = 10_000;
/** How many answered envelopes are remembered, to notice a second ack. */
const answeredMax = 1_000;

/** Source: docs.slack.dev, "Using Socket Mode", read 2026-11. */
export function socketMode(parts: {
  readonly origin: () => string;
  readonly appId: string;
  readonly deliveries: Deliveries;
  readonly changed: () => void;
}) {
  const { deliveries, changed } = parts;
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const live = new Set<WebSocket>();
  const leaving = new Set<WebSocket>();
  const sent = new Map<string, { socket: WebSocket; reply: Reply; type: string }>();
  const answered: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let connectionsSoFar = 0;
  let turn = 0;

  function openAddress(): string {
    const ticket = crypto.randomUUID();
    tickets.add(ticket);
    return `${parts.origin().replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${parts.appId}`;
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (url.pathname !== '/link/' || !tickets.delete(url.searchParams.get('ticket') ?? '')) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (accepted) => greet(accepted));
  }

  function greet(socket: WebSocket): void {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => heard(socket, String(data)));
    if (live.size >= connectionsMax) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets' }));
      socket.close();
      return;
    }
    live.add(socket);
    connectionsSoFar += 1;
    const pings = setInterval(() => socket.ping(), pingEveryMs);
    timers.add(pings);
    socket.on('close', () => {
      clearInterval(pings);
      timers.delete(pings);
      live.delete(socket);
      leaving.delete(socket);
      for (const { socket: owner, reply, type } of sent.values())
        if (owner === socket && type === 'events_api') reply.failed('connection_failed');
      changed();
    });
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: live.size,
        debug_info: { host: 'applink-fake', build_number: 1, approximate_connection_time: 3600 },
        connection_info: { app_id: parts.appId },
      }),
    );
    deliveries.connected();
    changed();
  }

  function heard(socket: WebSocket, data: string): void {
    const message = jsonIn(data);
    const id = isRecord(message) && typeof message.envelope_id === 'string' ? message.envelope_id : '';
    const known = sent.get(id);
    if (!isRecord(message) || !known)
      deliveries.violations.push({ kind: 'unknown-envelope', detail: data.slice(0, 200) });
    else if (known.socket !== socket)
      // Whether Slack takes an ack from another connection isn't documented: it doesn't count here.
      deliveries.violations.push({ kind: 'foreign-socket', detail: `${known.type} ${id}` });
    else {
      const { payload } = message;
      answered.push(id);
      if (answered.length > answeredMax) sent.delete(answered.shift() ?? '');
      known.reply.acknowledged(isRecord(payload) && Object.keys(payload).length === 0 ? undefined : payload);
    }
    changed();
  }

  function send({ type, payload, attempt, reason }: Envelope, reply: Reply): boolean {
    const ready = [...live].filter((socket) => socket.readyState === socket.OPEN && !leaving.has(socket));
    turn += 1;
    const socket = ready[turn % Math.max(1, ready.length)];
    if (!socket) return false;
    const id = crypto.randomUUID();
    sent.set(id, { socket, reply, type });
    const repeated = type === 'events_api' ? { retry_attempt: attempt, retry_reason: reason ?? '' } : {};
    const accepts = type !== 'events_api';
    socket.send(JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: accepts, ...repeated }));
    return true;
  }

  /** Resolves when the app has had the time to answer everything that was sent to it. */
  async function caughtUp(): Promise<void> {
    const answers = [...live].map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.once('pong', () => resolve());
          socket.once('close', () => resolve());
          socket.ping();
        }),
    );
    await Promise.all(answers);
    // A pong is the line's own answer, which the app's may follow.
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    openAddress,
    upgrade,
    transport: { send, caughtUp },
    /** How many are connected now. */
    size: () => live.size,
    connectionsSoFar: () => connectionsSoFar,
    /** Says goodbye as Slack does when it wants the app to connect anew, and cuts the line some seconds later. */
    disconnect(reason: string): void {
      for (const socket of live) {
        leaving.add(socket);
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-fake' } }));
        const cut = setTimeout(() => {
          timers.delete(cut);
          socket.terminate();
        }, graceMs);
        timers.add(cut);
        socket.on('close', () => clearTimeout(cut));
      }
    },
    /** Cuts every line without a word. */
    drop(): void {
      for (const socket of live) socket.terminate();
    },
    close(): void {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
