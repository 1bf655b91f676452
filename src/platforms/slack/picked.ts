import type { MessageShortcut } from '@slack/bolt';
import type { ChatRequest } from '../../domain/chat-platform.ts';
import { fileRefs, type SlackFile } from './file-ref.ts';
import { fileKey, messageKey, type SlackPlace } from './place.ts';
import { askedBy, personOf, requestId } from './receive.ts';

/**
 * "Edit this picture" on a message. Its files are taken from the payload: Easel need not be in that channel. Undefined
 * when Slack names no team. Pure. Source: docs.slack.dev, "Message shortcut payloads", read 2026-11.
 */
export function pickedRequest(body: MessageShortcut, seconds: number): ChatRequest | undefined {
  const { message, user, trigger_id } = body;
  const channel = body.channel.id;
  const team = body.team?.id ?? user.team_id;
  if (!team) return undefined;
  const { ts, thread_ts, files } = message as { ts: string; thread_ts?: string; files?: readonly SlackFile[] };
  const person = personOf(user.team_id ?? team, user.id, user.name);
  const place: SlackPlace = {
    ...{ platform: 'slack', team, channel, since: seconds, ...askedBy(person) },
    ...(thread_ts ? { thread: thread_ts } : { thread: ts, newThread: true }),
  };
  const held = fileRefs(files);
  const picked = {
    messages: [messageKey(team, channel, ts), ...held.map(({ id }) => fileKey(team, id))],
    files: held,
  };
  return { id: requestId(trigger_id), person, admin: undefined, place, missing: [], ask: { picked } };
}
