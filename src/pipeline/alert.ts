import type { Keyv } from 'keyv';
import type { Place } from '../domain/job.ts';
import { platformOf } from '../domain/person.ts';
import type { Parts } from './parts.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Where admins hear of what only they can mend: a channel, else the first admin that can be reached. */
export interface AlertTarget {
  readonly channel: { readonly platform: 'discord' | 'slack'; readonly channel: string } | undefined;
}

/**
 * Tells the admins once per event and day: in their channel, else the first of them, else whoever sits at the console.
 * What could not be told is told at the next event. Never throws.
 */
export function alerts(
  { channel }: AlertTarget,
  seen: Keyv,
  { platforms, clock, log, rules }: Pick<Parts, 'platforms' | 'clock' | 'log' | 'rules'>,
): Parts['alert'] {
  const telling = new Set<string>();

  async function target(): Promise<Place | undefined> {
    const told = channel && platforms.get(channel.platform)?.channel(channel.channel);
    if (told) return told;
    const admin = rules.admins.find((person) => platforms.has(platformOf(person)));
    if (admin) return platforms.get(platformOf(admin))?.direct(admin);
    return platforms.get('console')?.channel('');
  }

  async function tell(event: string, words: string): Promise<void> {
    log.warn({ event }, 'something only an admin can mend');
    const place = await target();
    if (!place) return;
    const thread = platforms.get(place.platform)?.thread(place, async () => undefined);
    await thread?.say(words);
  }

  return async (event, words) => {
    const today = `${event} ${new Date(clock.now()).toISOString().slice(0, 10)}`;
    if (telling.has(today)) return;
    telling.add(today);
    try {
      if (await seen.get(today)) return;
      await tell(event, words);
      await seen.set(today, true, 2 * dayMs);
    } catch (error) {
      log.error({ event, err: error }, 'the admins could not be told');
    } finally {
      telling.delete(today);
    }
  };
}
