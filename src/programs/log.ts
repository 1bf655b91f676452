import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

/** Paths that must never be read in a log, wherever an object with them is logged. */
const secrets = [
  'token',
  'botToken',
  'appToken',
  'apiKey',
  'authorization',
  'headers.authorization',
  'headers',
  'config',
];
const redact = { paths: [...secrets, ...secrets.map((name) => `*.${name}`)], censor: '[secret]' };

/** JSON lines on standard output, for a bot that somebody else collects them from. */
export const botLog = ({ logLevel }: Config): Logger => pino({ level: logLevel, redact });

/** JSON lines in `DATA_DIR/easel.log`, where standard output belongs to the person at the console. */
export function consoleLog({ logLevel, dataDir }: Config): Logger {
  mkdirSync(dataDir, { recursive: true });
  return pino({ level: logLevel, redact }, pino.destination({ dest: path.join(dataDir, 'easel.log'), sync: true }));
}
