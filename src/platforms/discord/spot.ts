import { type APIMessage, type RESTPostAPIChannelMessageJSONBody as PostJson, type REST, Routes } from 'discord.js';
import type { Remember } from '../../domain/chat-platform.ts';
import { isClosed } from './faults.ts';
import { asPlace, type DiscordPlace, withoutToken } from './place.ts';
import { asRequest, type UploadedFile } from './upload.ts';

export interface Posted {
  readonly id: string;
  readonly channel: string;
}

/** The place of one job as it grows, and posting there with the bot's token. */
export interface Spot {
  place(): DiscordPlace;
  /** Adds what was learnt, and saves it before anything else happens. */
  grow(more: Partial<DiscordPlace>): Promise<void>;
  /** Where card and pictures go. */
  target(): string;
  /** Posts in the thread, or beside it when the thread is closed to Easel. */
  post(body: (channel: string) => PostJson, files?: readonly UploadedFile[]): Promise<Posted>;
}

export function createSpot(given: DiscordPlace, remember: Remember, rest: REST): Spot {
  let place = given;
  const target = () => place.thread ?? place.channel;

  async function postIn(channel: string, body: PostJson, files: readonly UploadedFile[] = []): Promise<Posted> {
    const posted = (await rest.post(Routes.channelMessages(channel), asRequest({ body, files }))) as APIMessage;
    return { id: posted.id, channel: posted.channel_id };
  }

  return {
    place: () => place,
    target,

    async grow(more) {
      const grown = { ...place, ...more };
      place = grown.root ? withoutToken(grown) : grown;
      await remember(asPlace(place));
    },

    async post(body, files) {
      try {
        return await postIn(target(), body(target()), files);
      } catch (error) {
        if (target() === place.channel || !isClosed(error)) throw error;
        return postIn(place.channel, body(place.channel), files);
      }
    },
  };
}
