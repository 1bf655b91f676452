import { type REST, Routes } from 'discord.js';
import type { Logger } from 'pino';
import type { Responder } from '../../domain/chat-platform.ts';
import { Fault } from '../../domain/fault.ts';
import type { JobId } from '../../domain/job.ts';
import { asFault, forLog, isClosed } from './faults.ts';
import { contentOf, onceAnyhow, pingingReply } from './message.ts';
import { asPlace, type DiscordPlace } from './place.ts';
import { renderPages } from './render.ts';
import { directChannel, postReply, postRoot } from './reply.ts';

interface Parts {
  readonly rest: REST;
  readonly log: Logger;
  /** What a job is called that comes of the message. */
  readonly job: JobId;
}

/**
 * Answers what somebody wrote. Discord lets nothing be said to one reader of a channel that way, so what is told is a
 * reply; where Easel may not write, it is told in direct messages.
 */
export function createMessageResponder(place: DiscordPlace, { rest, log, job }: Parts): Responder {
  const warn = (error: unknown) => log.warn({ err: forLog(error) }, 'words could not be answered');

  async function say(content: string, pings: boolean): Promise<void> {
    try {
      await postReply(rest, place, { ...(pings ? pingingReply(content) : contentOf(content)), ...onceAnyhow() });
    } catch (error) {
      if (!isClosed(error) || place.asker === undefined) throw error;
      const channel = await directChannel(rest, place.asker);
      await rest.post(Routes.channelMessages(channel), { body: { ...contentOf(content), ...onceAnyhow() } });
    }
  }

  return {
    async tell(text) {
      for (const [at, page] of renderPages(text).entries()) await say(page, at === 0).catch(warn);
    },

    /** Where only the answer is lost, the place has no root message, and opening it finds or posts one. */
    async announce(root) {
      try {
        return asPlace({ ...place, root: await postRoot(rest, job, root, place) });
      } catch (error) {
        const fault = asFault(error, 'posting a root message');
        if (fault instanceof Fault && fault.code === 'no-access') throw fault;
        warn(error);
        return asPlace(place);
      }
    },

    /** Only an interaction can be answered with a form. */
    open: async () => false,
  };
}
