import type { Keyv } from 'keyv';
import type { Place } from '../domain/job.ts';
import { platformOf } from '../domain/person.ts';
import type { Parts } from './parts.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Where admins hear of what only they can mend: a channel, else the first admin that can be reached. */
export interface AlertTarget {
  readonly channel: { readonly platform: 'discord' | 'slack'; readonly channel: string } | undefined;
}

/** Tells the admins once per event and day. Losing the note of that means at worst one message more. Never throws. */
export function alerts(
  { channel }: AlertTarget,
  seen: Keyv,
  { platforms, clock, log, rules }: Pick<Parts, 'platforms' | 'clock' | 'log' | 'rules'>,
): Parts['alert'] {
  async function target(): Promise<Place | undefined> {
    const told = channel && platforms.get(channel.platform)?.channel(channel.channel);
    if (told) return told;
    const admin = rules.admins.find((person) => platforms.has(platformOf(person)));
    return admin && platforms.get(platformOf(admin))?.direct(admin);
  }
  return async (event, words) => {
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    try {
      if (await seen.get(`${event} ${day}`)) return;
      await seen.set(`${event} ${day}`, true, 2 * dayMs);
      log.warn({ event }, 'something only an admin can mend');
      const place = await target();
      if (place)
        await platforms
          .get(place.platform)
          ?.thread(place, async () => undefined)
          .say(words);
    } catch (error) {
      log.error({ event, err: error }, 'the admins could not be told');
    }
  };
}
