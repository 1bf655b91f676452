/** HTTP delivery: signed requests to the app's URL, as forms or JSON, with what comes back. */
import { createHmac } from 'node:crypto';
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import type { Envelope, Reply } from './deliveries.ts';
import { jsonIn } from './http-body.ts';
import { isRecord, type Json } from './shape.ts';
import type { FakeClock } from './workspace.ts';

export interface HttpTarget {
  readonly requestUrl: string;
  readonly signingSecret: string;
}

/** Source: docs.slack.dev, "Verifying requests from Slack", "The Events API" and "Slash commands", read 2026-11. */
export function httpMode(clock: FakeClock, verificationToken: string) {
  const open = new Set<ClientRequest>();
  let target: HttpTarget | undefined;

  function post(to: HttpTarget, type: string, body: string, extra: Record<string, string> = {}) {
    const timestamp = String(Math.floor(clock.now() / 1000));
    const signature = createHmac('sha256', to.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    const headers = {
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
      ...extra,
    };
    return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
      const sending = request(to.requestUrl, { method: 'POST', headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      open.add(sending);
      sending.on('close', () => open.delete(sending));
      sending.on('error', reject);
      sending.end(body);
    });
  }

  function encoded({ type, payload }: Envelope): [string, string] {
    const form = 'application/x-www-form-urlencoded';
    if (type === 'events_api') return ['application/json', JSON.stringify(payload)];
    if (type === 'interactive') return [form, new URLSearchParams({ payload: JSON.stringify(payload) }).toString()];
    const fields = Object.entries(payload).map(([key, value]): [string, string] => [key, String(value)]);
    return [form, new URLSearchParams(fields).toString()];
  }

  function send(envelope: Envelope, reply: Reply): boolean {
    if (!target) return false;
    const [type, body] = encoded(envelope);
    const repeated: Record<string, string> =
      envelope.attempt > 0
        ? {
            'x-slack-retry-num': String(envelope.attempt),
            'x-slack-retry-reason': envelope.reason === 'timeout' ? 'http_timeout' : (envelope.reason ?? ''),
          }
        : {};
    post(target, type, body, repeated).then(
      (answer) => {
        const fine = answer.status >= 200 && answer.status < 300;
        if (!fine) return reply.failed('http_error', answer.headers['x-slack-no-retry'] === '1');
        reply.acknowledged(ackBody(answer.headers['content-type'] ?? '', answer.body));
      },
      () => reply.failed('connection_failed'),
    );
    return true;
  }

  /** Asks the app to prove that the URL is its own, as Slack does when the URL is saved. */
  async function verify(candidate: HttpTarget): Promise<void> {
    const challenge = crypto.randomUUID();
    const body = JSON.stringify({ token: verificationToken, challenge, type: 'url_verification' });
    const answer = await post(candidate, 'application/json', body);
    const json = jsonIn(answer.body);
    const echoed = isRecord(json) ? json.challenge : answer.body;
    if (answer.status !== 200 || echoed !== challenge)
      throw new Error(`The request URL did not return the challenge (HTTP ${answer.status}).`);
  }

  return {
    transport: { send },
    verify,
    use(next: HttpTarget): void {
      target = next;
    },
    close(): void {
      for (const one of open) one.destroy();
    },
  };
}

/** A text is a message, JSON is what it says, nothing is nothing. */
function ackBody(type: string, body: string): unknown {
  if (body.trim() === '') return undefined;
  const json = jsonIn(body);
  if (isRecord(json)) return Object.keys(json).length === 0 ? undefined : json;
  return { text: type.startsWith('application/json') && typeof json === 'string' ? json : body } satisfies Json;
}
