import { type JobId, jobId } from '../../src/domain/job.ts';
import type { Attached } from '../journeys/chats.ts';
import type { People, Result } from './people.ts';
import { patienceMs, type Town } from './town.ts';

const asUpload = ({ name, bytes }: Attached) => ({ filename: name, bytes });
const asJob = ({ id }: { readonly id: string }): JobId => jobId('discord', id);

export function discordPeople({ discord }: Town): People {
  const results = (): Result[] =>
    discord.messages().flatMap(({ id, channelId, guildId, components, attachments }) => {
      const job = customIdFor(components, 'again')?.slice('again:'.length) as JobId | undefined;
      return guildId && job && attachments.length > 0 ? [{ job, id, channel: channelId }] : [];
    });

  return {
    results,
    // Really new each time, so that the image service's own calls name the job.
    imagine: (who, prompt, { count, quality }) =>
      asJob(discord.command('imagine', { prompt, count, quality, fresh: true }, who)),
    edit(who, prompt, picture, region) {
      const options = { prompt, quality: 'low', ...(region ? { region } : {}) };
      return asJob(discord.command('edit', options, { ...who, attachments: { image: asUpload(picture) } }));
    },
    mention: ({ user, channel }, words, picture) =>
      asJob(discord.message(channel, user, words, { mentions: ['easel'], attachments: [asUpload(picture)] })),
    reply: ({ user }, to, words) => asJob(discord.message(to.channel, user, words, { replyTo: to.id })),
    press: ({ user }, { id }, label) => asJob(discord.button(id, label, { user })),

    async fill({ user }, { id }, label, filling, over) {
      const { id: opener } = discord.button(id, label, { user });
      const answer = () => discord.interaction(opener)?.answer;
      await discord.until(() => over.aborted || answer(), patienceMs);
      if (over.aborted || !answer()?.modal) return undefined;
      const given = Object.entries(filling).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : value.map(asUpload),
      ]);
      return asJob(discord.modal(opener, Object.fromEntries(given)));
    },

    async cancel({ user }, job, over, pressing) {
      const card = () =>
        discord.messages().find(({ components }) => customIdFor(components, 'cancel') === `cancel:${job}`);
      await discord.until(() => over.aborted || card(), patienceMs);
      const there = card();
      if (!there || over.aborted) return;
      pressing();
      discord.button(there.id, `cancel:${job}`, { user });
    },
  };
}

/** The custom id of a Discord message's button with this action. */
export function customIdFor(components: readonly Record<string, unknown>[], action: string): string | undefined {
  const rows = components as { components?: { custom_id?: string }[] }[];
  const all = rows.flatMap((row) => row.components ?? []);
  return all.find(({ custom_id }) => custom_id?.startsWith(`${action}:`))?.custom_id;
}
