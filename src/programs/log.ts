import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import type { Config } from '../config.ts';

/** Names under which a secret could be logged, wherever an object with them is. */
const names = ['token', 'botToken', 'appToken', 'apiKey', 'authorization', 'headers', 'config'];

/** What looks like a key or token of a service, whole or half masked, also where a service repeats it in an error. */
const secrets =
  /\b(?:sk|xox[a-z]|xapp|xoxe\.xox[a-z])-[\w.*-]+|\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}|Bearer [\w.~+/=-]+/g;

const withoutSecrets = (text: string): string => text.replaceAll(secrets, '[secret]');

const options = ({ logLevel }: Config): LoggerOptions => ({
  level: logLevel,
  redact: { paths: names.flatMap((name) => [name, `*.${name}`, `err.*.${name}`]), censor: '[secret]' },
  serializers: {
    /** The words and the way there, of the error and its causes; never what else hangs on it, such as a request. */
    err(error: Error) {
      const { type, message, stack } = stdSerializers.err(error);
      const { code } = error as { code?: unknown };
      return { type, code, message: withoutSecrets(message), stack: withoutSecrets(stack) };
    },
  },
});

/** JSON lines on standard output, for a bot that somebody else collects them from. */
export const botLog = (config: Config): Logger => pino(options(config));

/** JSON lines in `DATA_DIR/easel.log`, where standard output belongs to the person at the console. */
export function consoleLog(config: Config): Logger {
  mkdirSync(config.dataDir, { recursive: true });
  return pino(options(config), pino.destination({ dest: path.join(config.dataDir, 'easel.log'), sync: true }));
}
