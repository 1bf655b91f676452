import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Call } from './calls.ts';
import type { ErrorAnswer } from './faults.ts';

/** Writes answers the way the service and the gateways before it do. */

export function requestIdOf(number: number): string {
  return `req_${createHash('md5').update(`request ${number}`).digest('hex')}`;
}

export function sendJson(response: ServerResponse, call: Call, status: number, body: unknown): void {
  send(response, call, status, 'application/json', jsonOf(body));
}

export function sendPage(response: ServerResponse, call: Call, status: number, html: string): void {
  send(response, call, status, 'text/html; charset=UTF-8', html);
}

export function sendError(response: ServerResponse, call: Call, answer: ErrorAnswer): void {
  call.code = answer.error?.code ?? null;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.html !== undefined) {
    sendPage(response, call, answer.status, answer.html);
    return;
  }
  if (answer.json !== undefined) {
    sendJson(response, call, answer.status, answer.json);
    return;
  }
  const error = errorBody(call, answer);
  sendJson(response, call, answer.status, answer.flat ? { code: error.code, message: error.message } : { error });
}

export function errorBody(call: Call, answer: ErrorAnswer) {
  const { message = 'Error', type = 'invalid_request_error', param = null, code = null, ...more } = answer.error ?? {};
  return { message: message.replace('{request}', call.requestId), type, param, ...more, code };
}

/** Half a body, although the headers promise all of it. */
export async function sendCutJson(response: ServerResponse, call: Call, body: unknown): Promise<void> {
  const whole = Buffer.from(jsonOf(body));
  begin(response, call, 200, 'application/json', { 'content-length': whole.length });
  await write(response, whole.subarray(0, Math.floor(whole.length / 2)));
}

export function beginEvents(response: ServerResponse, call: Call): void {
  begin(response, call, 200, 'text/event-stream; charset=utf-8', { 'cache-control': 'no-cache' });
  response.flushHeaders();
}

export function eventText(name: string, fields: object): string {
  return `event: ${name}\ndata: ${jsonOf(fields)}\n\n`;
}

/** Resolves when the bytes have left this process, or nobody wants them any more. */
export function write(response: ServerResponse, chunk: string | Buffer): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.write(chunk, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}

function send(response: ServerResponse, call: Call, status: number, type: string, text: string): void {
  const body = Buffer.from(text);
  begin(response, call, status, type, { 'content-length': body.length });
  response.end(body);
}

function begin(
  response: ServerResponse,
  call: Call,
  status: number,
  type: string,
  more: Record<string, string | number>,
) {
  call.status = status;
  response.writeHead(status, {
    'content-type': type,
    'x-request-id': call.requestId,
    'openai-organization': 'org-fake',
    'openai-processing-ms': Date.now() - call.startedAt,
    'openai-version': '2020-10-01',
    ...more,
  });
}

/** JSON.stringify looks for something to escape in megabytes of base64, where there is nothing: that alone takes longer than all the rest. */
function jsonOf(body: unknown): string {
  const pictures: string[] = [];
  const frame = JSON.stringify(body, (key, value: unknown) =>
    key === 'b64_json' && typeof value === 'string' ? `#${pictures.push(value) - 1}` : value,
  );
  return frame.replace(/"b64_json":"#(\d+)"/g, (_, index: string) => `"b64_json":"${pictures[Number(index)]}"`);
}
