import { type APIChannel, type GatewayMessageCreateDispatchData as Message, type REST, Routes } from 'discord.js';
import type { Gateway, KnownChannel } from './gateway.ts';
import { isThread, sharesChannel } from './permissions.ts';

type Told = Pick<KnownChannel, 'type' | 'parent'>;

const keptMost = 1_000;

/**
 * What is known of the channel of a message. Of a thread that the gateway has not told of, or not told of again since it
 * slept, Discord is asked once: to which channel it belongs is nowhere in the message.
 * @param failed what to do with a failure; the channel is then one that nothing is known of
 */
export function createChannels(
  rest: REST,
  known: Gateway['known'],
  failed: (error: unknown) => void,
): (message: Message) => Promise<KnownChannel | undefined> {
  const kept = new Map<string, Told>();

  async function ask(id: string): Promise<Told | undefined> {
    try {
      const channel = (await rest.get(Routes.channel(id))) as APIChannel;
      const parent = 'parent_id' in channel ? (channel.parent_id ?? undefined) : undefined;
      const told = { type: channel.type, parent };
      if (kept.size >= keptMost) kept.clear();
      kept.set(id, told);
      return told;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  return async ({ guild_id, channel_id, channel_type }) => {
    if (guild_id === undefined) return undefined;
    const here = known(channel_id);
    if (here || (channel_type !== undefined && !sharesChannel(channel_type))) return here;
    const told = kept.get(channel_id) ?? (await ask(channel_id));
    // Threads have the permissions of the channel around them.
    const around = told?.parent !== undefined && isThread(told.type) ? known(told.parent) : undefined;
    return told && { ...told, permissions: around?.permissions };
  };
}
