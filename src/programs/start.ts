import path from 'node:path';
import { buildPlatforms, openStorage } from '../build.ts';
import { type Config, readConfig } from '../config.ts';
import { buildEasel, startPort } from '../easel.ts';
import { consolePlatform } from '../platforms/console/console.ts';
import { systemClock } from '../system-clock.ts';
import { openMetrics } from '../web/metrics.ts';
import type { WebServer } from '../web/server.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { botLog, consoleLog } from './log.ts';

/** `npm start`: the bot where a platform is configured, else the console. Resolves to the exit code. */
export async function start(): Promise<number> {
  const config = readConfig(process.env);
  if (config.discord || config.slack) return startBot(config);
  if (process.env.NODE_ENV === 'production' && !process.stdin.isTTY) {
    throw new Error(
      "Easel can't start: no platform is set up. Set DISCORD_TOKEN, or SLACK_BOT_TOKEN and SLACK_APP_TOKEN.",
    );
  }
  return startConsole(config);
}

async function startBot(config: Config): Promise<number> {
  const log = botLog(config);
  const metrics = openMetrics();
  const storage = await openStorage(config, systemClock, metrics.meter);
  const { platforms, mounted } = await buildPlatforms(config, log, systemClock, metrics.meter);
  const easel = await buildEasel(config, storage, platforms, log, systemClock, Math.random, metrics.meter);
  const web = await startPort(config, easel, mounted, metrics);
  const stopped = untilStopped(() => log.info('stopping: running jobs may end, the rest goes on at the next start'));
  await Promise.race([easel.start(), stopped]);
  const away = platforms.filter((platform) => !platform.connected()).map(({ name }) => name);
  log.info(
    { ...overview(config), ...(away.length > 0 ? { away } : {}), port: web.port, ms: Math.round(performance.now()) },
    'ready',
  );
  giveBackMemory();
  await stopped;
  await easel.stop();
  await web.stop();
  log.info('stopped');
  return 0;
}

async function startConsole(config: Config): Promise<number> {
  const log = consoleLog(config);
  const metrics = openMetrics();
  const storage = await openStorage(config, systemClock, metrics.meter);
  const { stdin: input, stdout: output } = process;
  const live = output.isTTY === true;
  const folder = path.join(config.dataDir, 'console');
  const terminal = consolePlatform({ input, output, folder, userName: config.userName, live });
  const easel = await buildEasel(config, storage, [terminal], log, systemClock, Math.random, metrics.meter);
  const web = await startPort(config, easel, new Map(), metrics).catch((error: Error) => error.message);
  console.log(banner(config, web));
  const stopped = untilStopped(() => console.log('Stopping. What is not finished goes on at the next start.'));
  await easel.start();
  await Promise.race([stopped, terminal.ended.then(() => easel.idle())]);
  await easel.stop();
  if (typeof web !== 'string') await web.stop();
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function untilStopped(onStop: () => void): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      onStop();
      process.once('SIGTERM', () => process.exit(1));
      process.once('SIGINT', () => process.exit(1));
      resolve();
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
}

/** What is on, without a secret. */
const overview = (config: Config) => ({
  discord: config.discord !== undefined,
  slack: config.slack !== undefined,
  providers: config.providers.length === 0 ? ['sketch'] : config.providers.map(({ name }) => name),
  database: config.databaseUrl === undefined ? 'sqlite' : 'postgres',
});

function banner(config: Config, web: WebServer | string): string {
  const { providers } = overview(config);
  const real = config.providers.length > 0;
  const rows = [
    ['console', 'on', 'type /imagine a red fox, or /help; end with Ctrl-D'],
    ['discord', 'off', 'set DISCORD_TOKEN to turn it on (README, “Connect Discord”)'],
    ['slack', 'off', 'set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (README, “Connect Slack”)'],
    [
      'pictures',
      real ? 'on' : 'sketch',
      real ? `by ${providers.join(', ')}` : 'placeholders only; set OPENAI_API_KEY for real pictures',
    ],
    [
      'storage',
      'on',
      `${config.databaseUrl === undefined ? 'SQLite' : 'PostgreSQL'}, pictures and log in ${path.relative(process.cwd(), config.dataDir) || '.'}/`,
    ],
    [
      'port',
      typeof web === 'string' ? 'off' : 'on',
      typeof web === 'string' ? web : `http://${config.host}:${web.port}/healthz`,
    ],
  ];
  return [
    'Easel',
    ...rows.map(([name = '', state = '', words = '']) => `  ${name.padEnd(9)}${state.padEnd(8)}${words}`),
    '',
  ].join('\n');
}
