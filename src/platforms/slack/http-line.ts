import type { RequestListener } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import type { Logger } from 'pino';
import { endpoint } from './register.ts';
import { webLogger } from './slack-api.ts';

/** @throws RangeError without a signing secret */
export function httpReceiver(signingSecret: string | undefined, log: Logger): HTTPReceiver {
  if (!signingSecret) throw new RangeError('Slack needs an app token (Socket Mode) or a signing secret (HTTP).');
  return new HTTPReceiver({ signingSecret, endpoints: endpoint, logger: webLogger(log) });
}

/** Bolt throws for every path but its own; while nobody listens, Slack hears so. */
export function listenerOf(receiver: HTTPReceiver, isListening: () => boolean): RequestListener {
  return (request, response) => {
    if (!isListening()) return void response.writeHead(503).end();
    try {
      receiver.requestListener(request, response);
    } catch {
      response.writeHead(404).end();
    }
  };
}
