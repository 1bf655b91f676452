/** The WebSocket side: sessions, intents, resuming. Source: docs.discord.com, "Gateway" and "Opcodes and Status Codes", read 2026-11. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { isObject } from './validate.ts';

/** `d` may depend on the intents of the session it goes to. */
export type Emit = (
  event: string,
  guildId: string | undefined,
  intent: number,
  d: unknown | ((intents: number) => unknown),
  deliveries?: number,
) => void;

export interface GatewayOptions {
  readonly token: string;
  readonly allowedPrivileged: number;
  readonly heartbeatIntervalMs: number;
  url(): string;
  /** User, application and guild ids of READY. */
  ready(): { user: object; application: object; guildIds: string[] };
  guildCreate(guildId: string): unknown;
  violation(kind: string, what: string): void;
  changed(): void;
}

interface Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [number, number];
  sequence: number;
  /** Everything dispatched, for RESUME. */
  readonly sent: { s: number; frame: string }[];
  socket: WebSocket | undefined;
}

const privileged = (1 << 1) | (1 << 8) | (1 << 15);
const allIntents = 2 ** 26 - 1;
const replayMax = 10_000;
const goneSessionsMax = 8;
const framesPerMinute = 120;
const frameBytesMax = 4096;

export interface DropOptions {
  /** A close code for a clean close; left out, the connections just break. */
  readonly code?: number;
  /** Forget the sessions as well: RESUME is answered with Invalid Session. */
  readonly forget?: boolean;
  /** Refuse new connections until `restoreGateway()`. */
  readonly stayDown?: boolean;
}

export function createGateway(options: GatewayOptions) {
  const server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  const sessions = new Map<string, Session>();
  const sockets = new Set<WebSocket>();
  let down = false;
  let identifies = 0;

  const write = (socket: WebSocket, op: number, d: unknown) => socket.send(JSON.stringify({ op, d, s: null, t: null }));

  function dispatch(session: Session, event: string, d: unknown) {
    session.sequence += 1;
    const frame = JSON.stringify({ op: 0, t: event, s: session.sequence, d });
    session.sent.push({ s: session.sequence, frame });
    if (session.sent.length > replayMax) session.sent.splice(0, replayMax / 10);
    session.socket?.send(frame);
  }

  const emit: Emit = (event, guildId, intent, d, deliveries = 1) => {
    for (const session of sessions.values()) {
      if (intent !== 0 && (session.intents & intent) === 0) continue;
      const [index, count] = session.shard;
      if (Number((BigInt(guildId ?? 0) >> 22n) % BigInt(count)) !== index) continue;
      const payload = typeof d === 'function' ? d(session.intents) : d;
      for (let round = 0; round < deliveries; round += 1) dispatch(session, event, payload);
    }
    options.changed();
  };

  /** A session nobody resumes would collect events for ever. */
  function forgetOldest() {
    const gone = [...sessions.values()].filter((session) => session.socket === undefined);
    for (const session of gone.slice(0, -goneSessionsMax)) sessions.delete(session.id);
  }

  function identify(socket: WebSocket, d: Record<string, unknown>): Session | undefined {
    const intents = Number(d.intents);
    const shard = Array.isArray(d.shard) ? [Number(d.shard[0]), Number(d.shard[1])] : [0, 1];
    const [index = 0, count = 1] = shard;
    const refuse = (code: number, reason: string) => {
      options.violation('gateway', `${code} ${reason}`);
      socket.close(code, reason);
      return undefined;
    };
    if (d.token !== options.token) return refuse(4004, 'Authentication failed.');
    if (!isObject(d.properties)) return refuse(4002, 'Error while decoding payload.');
    if (!Number.isInteger(intents) || intents < 0 || intents > allIntents) return refuse(4013, 'Invalid intents.');
    if (intents & privileged & ~options.allowedPrivileged) return refuse(4014, 'Disallowed intents.');
    if (!(index >= 0 && index < count)) return refuse(4010, 'Invalid shard.');
    identifies += 1;
    forgetOldest();
    const session: Session = {
      id: randomBytes(16).toString('hex'),
      intents,
      shard: [index, count],
      sequence: 0,
      sent: [],
      socket,
    };
    sessions.set(session.id, session);
    const { user, application, guildIds } = options.ready();
    const mine = guildIds.filter((id) => Number((BigInt(id) >> 22n) % BigInt(count)) === index);
    dispatch(session, 'READY', {
      v: 10,
      user,
      application,
      guilds: mine.map((id) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: options.url(),
      session_type: 'normal',
      private_channels: [],
      relationships: [],
      shard: [index, count],
    });
    if (intents & 1) for (const id of mine) dispatch(session, 'GUILD_CREATE', options.guildCreate(id));
    return session;
  }

  function resume(socket: WebSocket, d: Record<string, unknown>): Session | undefined {
    if (d.token !== options.token) {
      socket.close(4004, 'Authentication failed.');
      return undefined;
    }
    const session = sessions.get(String(d.session_id));
    const seen = Number(d.seq);
    const oldest = session?.sent[0]?.s ?? 1;
    if (session && seen > session.sequence) {
      socket.close(4007, 'Invalid seq.');
      return undefined;
    }
    if (!session || seen < oldest - 1) {
      write(socket, 9, false);
      return undefined;
    }
    session.socket?.terminate();
    session.socket = socket;
    for (const { s, frame } of session.sent) if (s > seen) socket.send(frame);
    dispatch(session, 'RESUMED', { _trace: [] });
    return session;
  }

  function connect(socket: WebSocket, request: IncomingMessage) {
    const query = new URL(request.url ?? '/', 'ws://localhost').searchParams;
    let session: Session | undefined;
    let frames = 0;
    let minuteStart = performance.now();
    sockets.add(socket);
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      sockets.delete(socket);
      if (session?.socket === socket) {
        session.socket = undefined;
        // The client says goodbye: such a session can't be resumed.
        if (code === 1000 || code === 1001) sessions.delete(session.id);
      }
      options.changed();
    });
    if (query.get('v') !== '10' || (query.get('encoding') ?? 'json') !== 'json' || query.has('compress')) {
      options.violation('gateway', `The fake speaks v=10, encoding=json, uncompressed only, not ${query}`);
      socket.close(4012, 'Invalid API version.');
      return;
    }
    write(socket, 10, { heartbeat_interval: options.heartbeatIntervalMs, _trace: [] });
    const refuse = (code: number, reason: string) => {
      options.violation('gateway', `${code} ${reason}`);
      socket.close(code, reason);
    };
    socket.on('message', (raw: RawData) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      const bytes = Buffer.isBuffer(raw) ? raw : Buffer.concat(Array.isArray(raw) ? raw : [Buffer.from(raw)]);
      if (bytes.length > frameBytesMax) return refuse(4002, 'Error while decoding payload.');
      if (performance.now() - minuteStart > 60_000) {
        minuteStart = performance.now();
        frames = 0;
      }
      frames += 1;
      if (frames > framesPerMinute) return refuse(4008, 'Rate limited.');
      let payload: unknown;
      try {
        payload = JSON.parse(bytes.toString('utf8'));
      } catch {
        return refuse(4002, 'Error while decoding payload.');
      }
      if (!isObject(payload)) return refuse(4002, 'Error while decoding payload.');
      const d = isObject(payload.d) ? payload.d : {};
      const { op } = payload;
      if (op === 1) write(socket, 11, null);
      else if (op === 2 || op === 6) {
        if (session) return refuse(4005, 'Already authenticated.');
        session = op === 2 ? identify(socket, d) : resume(socket, d);
      } else if (!session) refuse(4003, 'Not authenticated.');
      else if (op !== 3 && op !== 4 && op !== 8) refuse(4001, 'Unknown opcode.');
      options.changed();
    });
  }

  return {
    emit,
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      if (down) return void socket.destroy();
      server.handleUpgrade(request, socket, head, connect);
    },
    /** Sessions that are connected right now. */
    connected: () => [...sessions.values()].filter((session) => session.socket !== undefined).length,
    identifies: () => identifies,
    drop({ code, forget = false, stayDown = false }: DropOptions = {}) {
      down = stayDown;
      for (const session of sessions.values()) session.socket = undefined;
      if (forget) sessions.clear();
      for (const socket of sockets) {
        if (code === undefined) socket.terminate();
        else socket.close(code);
      }
      options.changed();
    },
    restore() {
      down = false;
    },
    close() {
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}
