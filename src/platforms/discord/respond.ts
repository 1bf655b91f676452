import {
  InteractionResponseType as Answer,
  type RESTPostAPIInteractionCallbackWithResponseResult as AnswerResult,
  type APIInteraction,
  InteractionType,
  MessageFlags,
  type REST,
  Routes,
} from 'discord.js';
import type { Logger } from 'pino';
import type { Responder } from '../../domain/chat-platform.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Form } from '../../domain/form.ts';
import type { Place } from '../../domain/job.ts';
import type { Text } from '../../domain/text.ts';
import { code, codeOf, forLog } from './faults.ts';
import { modal } from './form.ts';
import { contentOf, words } from './message.ts';
import { asPlace, type DiscordPlace, withoutToken } from './place.ts';
import { renderPages } from './render.ts';

/** Discord waits 3 s for the first answer. Source: docs.discord.com, "Receiving and Responding", read 2026-11. */
const deferAfterMs = 2_000;

/** What the first answer is: the root message, something that only the asker reads, a form, or "thinking". */
type First = { readonly is: 'root'; readonly place: Place } | { readonly is: 'private' | 'form' | 'thinking' };

/**
 * Answers one interaction. There is one first answer; what comes later is a follow-up. Where nothing has been said after
 * 2 s, a private "thinking" is, so that there are 15 minutes for the rest.
 */
export function createResponder(
  { id, token, type, application_id: app }: APIInteraction,
  place: DiscordPlace,
  { rest, clock, log }: { readonly rest: REST; readonly clock: Clock; readonly log: Logger },
): Responder {
  let first: Promise<First> | undefined;
  const answered = new AbortController();
  clock.sleep(deferAfterMs, answered.signal).then(
    () => (first === undefined ? answerFirst(think) : undefined),
    () => undefined,
  );

  /** Takes the place of the first answer before anything is awaited. */
  function answerFirst(work: () => Promise<First>): Promise<First> {
    answered.abort();
    first = work();
    return first;
  }

  const callback = (answer: Answer, data: object): Promise<AnswerResult> =>
    rest.post(Routes.interactionCallback(id, token), {
      auth: false,
      query: new URLSearchParams({ with_response: 'true' }),
      body: { type: answer, data },
    }) as Promise<AnswerResult>;

  const warn = (what: string) => (error: unknown) => log.warn({ err: forLog(error) }, what);

  async function think(): Promise<First> {
    const flags = MessageFlags.Ephemeral;
    await callback(Answer.DeferredChannelMessageWithSource, { flags }).catch(warn('an interaction was not deferred'));
    return { is: 'thinking' };
  }

  async function showRoot(root: Text): Promise<First> {
    try {
      const { interaction, resource } = await callback(Answer.ChannelMessageWithSource, words(root, place.asker));
      const message = resource?.message?.id ?? interaction.response_message_id;
      return { is: 'root', place: asPlace(message ? { ...withoutToken(place), root: message } : place) };
    } catch (error) {
      warn('an interaction could not be answered with the root message')(error);
      return { is: 'root', place: asPlace(place) };
    }
  }

  async function say(content: string): Promise<void> {
    const body = { ...contentOf(content), flags: MessageFlags.Ephemeral | MessageFlags.SuppressEmbeds };
    const sayFirst = async (): Promise<First> => {
      // Discord may have an answer already: this one, if its receipt was lost, or that of a repeated delivery.
      await callback(Answer.ChannelMessageWithSource, body).catch((error: unknown) => {
        if (codeOf(error) !== code.alreadyAnswered) warn('a private answer could not be given')(error);
      });
      return { is: 'private' };
    };
    if (first === undefined) {
      await answerFirst(sayFirst);
    } else {
      await first;
      await rest
        .post(Routes.webhook(app, token), { auth: false, body })
        .catch(warn('a private answer could not be given'));
    }
  }

  /** @returns true when Discord has an answer: this form, or what a repeated delivery got */
  async function showForm(form: Form): Promise<boolean> {
    let shown = true;
    await answerFirst(async () => {
      await callback(Answer.Modal, modal(form)).catch((error: unknown) => {
        shown = codeOf(error) === code.alreadyAnswered;
        if (!shown) warn('a form could not be shown')(error);
      });
      return { is: 'form' };
    });
    if (!shown) first = undefined;
    return shown;
  }

  async function stopThinking(): Promise<void> {
    first = Promise.resolve({ is: 'private' });
    await rest
      .delete(Routes.webhookMessage(app, token, '@original'), { auth: false })
      .catch(warn('a deferred answer could not be taken back'));
  }

  return {
    async tell(text) {
      for (const page of renderPages(text)) await say(page);
    },

    /** Where the answer is lost or came too late, the place has no root message, and opening it finds or posts one. */
    async announce(root) {
      const before = await (first ?? answerFirst(() => showRoot(root)));
      if (before.is === 'root') return before.place;
      if (before.is === 'thinking') await stopThinking();
      return asPlace(withoutToken(place));
    },

    /** A form can't be answered with another one. */
    async open(form) {
      if (first !== undefined || type === InteractionType.ModalSubmit) return false;
      return showForm(form);
    },
  };
}
