import { setTimeout as sleep } from 'node:timers/promises';
import { startEasel } from './easel.ts';
import { atMost, type Figure, note, quantile } from './figure.ts';
import { type Services, startServices } from './services.ts';

const perSecond = 50;
const seconds = 20;
/** Eight at a time take this long, so that far more arrives than is made. */
const providerMs = [2_000, 4_000] as const;
const warmUp = 20;

/** How long people wait to see that they were heard, while 50 commands per second arrive and the queue grows. */
export async function ack(): Promise<Figure[]> {
  const services = await startServices(providerMs);
  try {
    const easel = await startEasel(services.env('discord', 'slack'));
    for (let n = 0; n < warmUp; n++) await services.imagine(n % 2 === 0 ? 'discord' : 'slack');
    await easel.quiet();
    const before = await easel.usage();
    await rain(services);
    const after = await easel.usage();
    await easel.quiet();
    const discord = (await services.discord.interactions()).slice(warmUp / 2).map(({ answer }) => answer?.afterMs);
    const commands = (await services.slack.outcomes()).filter(({ type }) => type === 'slash_commands');
    const slack = commands.slice(warmUp / 2).map(({ ackMs }) => ackMs);
    const { most } = await services.openai.open();
    await easel.stop();
    const each = [...discord, ...slack].map((ms) => ms ?? Number.POSITIVE_INFINITY);
    const spread = (some: readonly (number | undefined)[]) =>
      [0.5, 0.9, 0.99, 1]
        .map((share) =>
          quantile(
            some.map((ms) => ms ?? Infinity),
            share,
          ),
        )
        .join(' / ');
    return [
      atMost(`acknowledgement, p99 of ${each.length} at ${perSecond} per second`, 150, quantile(each, 0.99), ' ms'),
      note('discord p50 / p90 / p99 / most', `${spread(discord)} ms`),
      note('slack p50 / p90 / p99 / most', `${spread(slack)} ms`),
      note(`CPU meanwhile, with ${most} calls at a time`, percent((after.cpuMs - before.cpuMs) / (seconds * 1000))),
    ];
  } finally {
    services.close();
  }
}

const percent = (share: number): string => `${Math.round(share * 100)} % of a core`;

/** Types a command every 20 ms, whether or not the ones before are through. */
async function rain(services: Services): Promise<void> {
  const startedAt = performance.now();
  const typed: Promise<string>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    await sleep(Math.max(0, startedAt + (n * 1000) / perSecond - performance.now()));
    typed.push(services.imagine(n % 2 === 0 ? 'discord' : 'slack'));
  }
  await Promise.all(typed);
}
