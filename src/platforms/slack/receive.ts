import { createHash } from 'node:crypto';
import type { BlockAction, ButtonAction as PressedButton, SlashCommand } from '@slack/bolt';
import { type ButtonAction, buttonActions } from '../../domain/card.ts';
import type { ChatRequest } from '../../domain/chat-platform.ts';
import type { JobId } from '../../domain/job.ts';
import { type Person, personId, workspaceId } from '../../domain/person.ts';
import type { Bot } from './bot.ts';
import { type SlackPlace, type ToldMessage, threadAround } from './place.ts';

/**
 * What Slack sends, as the pipeline wants it. Places are in the workspace that Easel is installed in: payloads name the
 * team of whoever acted. Pure. Source: docs.slack.dev, "Slash commands" and "block_actions payload", read 2026-11.
 */
export function commandRequest(payload: SlashCommand, { team }: Bot, seconds: number): ChatRequest {
  const { user_id: user, user_name: name, channel_id: channel } = payload;
  const person = personOf(payload.team_id, user, name);
  const place: SlackPlace = { platform: 'slack', team, channel, since: seconds, ...askedBy(person) };
  const command = payload.command.replace(/^\//, '');
  const ask = { command, line: readable(payload.text ?? '', team) };
  return { id: requestId(payload.trigger_id), person, admin: undefined, place, missing: [], ask };
}

/** Undefined when it is no button of ours in a message. */
export function buttonRequest(
  body: BlockAction,
  pressed: PressedButton,
  bot: Bot,
  seconds: number,
): ChatRequest | undefined {
  const action = pressed.action_id.replace(/^easel:/, '') as ButtonAction;
  const channel = body.channel?.id ?? (body.container.channel_id as string | undefined);
  if (!buttonActions.includes(action) || !pressed.value || !channel) return undefined;
  const { id: user, username, name = username } = body.user;
  const person = personOf(teamOf(body) ?? bot.team, user, name);
  const place: SlackPlace = {
    ...{ platform: 'slack', team: bot.team, channel, since: seconds, ...askedBy(person) },
    ...threadOfPressed(body, bot),
  };
  const ask = { button: action, job: pressed.value as JobId };
  return { id: requestId(body.trigger_id), person, admin: undefined, place, missing: [], ask };
}

/** The thread that the message with the button stands in, if any. What one person alone sees comes without the message. */
function threadOfPressed({ message, container }: BlockAction, bot: Bot): Partial<SlackPlace> {
  if (message?.thread_ts) return threadAround(message as ToldMessage, bot);
  const thread = container.thread_ts as string | undefined;
  return thread ? { thread } : {};
}

/** The team of whoever pressed, picked or filled in; there is none for members of a whole organization. */
export const teamOf = ({ user, team }: Acted): string | undefined => user.team_id ?? team?.id;
type Acted = Pick<BlockAction, 'team'> & { readonly user: { readonly team_id?: string } };

export const askedBy = ({ id, name }: Person) => ({ asker: id, askerName: name });

/** A stranger of a shared channel belongs to a team of their own. */
export function personOf(team: string, user: string, name: string | undefined): Person {
  return { id: personId('slack', `${team}/${user}`), workspace: workspaceId('slack', team), name: name || user };
}

/** The trigger id is the same when a payload is delivered again. It can be too long for a job id. */
export const requestId = (trigger: string): string =>
  /^[\w.-]{3,58}$/.test(trigger) ? trigger : createHash('sha256').update(trigger).digest('hex').slice(0, 40);

/** What stands in a text where a person is named; the label is empty in messages, which carry ids only. */
export type PersonText = (user: string, label: string) => string;

export const personText =
  (team: string): PersonText =>
  (user, label) =>
    `<@${personId('slack', `${team}/${user}`)}|${label.replaceAll(/[<>|]/g, '')}>`;

/**
 * A typed line as data: Slack's own markup made readable, the three entities undone once. Of a link the address is kept,
 * whatever its label says.
 * Source: docs.slack.dev, "Slash commands" (escaping) and "Formatting message text", read 2026-11.
 * @param person how people are written down, default `<@PERSON_ID|name>`
 */
export function readable(text: string, team: string, person = personText(team)): string {
  return text
    .split(/(<[^<>]*>)/)
    .map((part, at) => (at % 2 === 0 ? unescaped(part) : markup(part.slice(1, -1), person)))
    .join('');
}

function markup(inner: string, person: PersonText): string {
  const [target = '', ...labels] = inner.split('|');
  const label = unescaped(labels.join('|'));
  switch (target[0]) {
    case '@':
      return person(target.slice(1), label);
    case '#':
      return `#${label || target.slice(1)}`;
    case '!':
      return label || `@${target.slice(1).split('^')[0]}`;
    default:
      return /^(?:mailto|tel):/.test(target) ? label || target.replace(/^\w+:/, '') : unescaped(target);
  }
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
