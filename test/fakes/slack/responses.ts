/** Answers that need no token: the body of an ack, and the response_url, five times in half an hour. */
import type { blockKit } from './blocks.ts';
import { compose } from './compose.ts';
import type { Json } from './shape.ts';
import type { FakeMessage, Workspace } from './workspace.ts';

const usesMax = 5;
const lifeMs = 30 * 60_000;
const known = new Set(
  'text blocks markdown_text response_type replace_original delete_original thread_ts mrkdwn unfurl_links unfurl_media parse link_names'.split(
    ' ',
  ),
);

/** Where an answer goes when it says nothing else. */
export interface Place {
  readonly channel: string;
  readonly user: string;
  /** The message that the person acted on. */
  readonly original?: FakeMessage;
  /** False for shortcuts, whose answers stand in the channel. */
  readonly threads?: boolean;
}

export type Responses = ReturnType<typeof createResponses>;

/** Source: docs.slack.dev, "Handling user interaction", read 2026-11. */
export function createResponses(workspace: Workspace, kit: ReturnType<typeof blockKit>) {
  const { options } = workspace;
  const urls = new Map<string, Place & { at: number; uses: number }>();

  function issue(place: Place): string {
    const id = crypto.randomUUID();
    urls.set(id, { ...place, at: options.clock.now(), uses: 0 });
    return `${options.origin()}/actions/${options.teamId}/${id}`;
  }

  function use(id: string, body: unknown): { status: number; body: string } {
    const url = urls.get(id);
    const refused = (status: number, error: string) => ({ status, body: JSON.stringify({ ok: false, error }) });
    if (!url) return refused(404, 'no_service');
    if (options.clock.now() - url.at > lifeMs) return refused(404, 'expired_url');
    if (url.uses >= usesMax) return refused(404, 'used_url');
    url.uses += 1;
    if (typeof body !== 'object' || body === null) return refused(400, 'invalid_payload');
    const error = place(body as Json, url);
    return error ? refused(400, error) : { status: 200, body: 'ok' };
  }

  /** Does what the answer says and returns what is wrong with it, if anything. */
  function place(given: Json, where: Place): string | undefined {
    for (const key of Object.keys(given)) if (!known.has(key)) return `invalid_arguments: unknown field ${key}`;
    const { original } = where;
    if (given.delete_original === true && original) {
      workspace.remove(original);
      if (given.text === undefined && given.blocks === undefined) return undefined;
    }
    const type = given.response_type ?? 'ephemeral';
    if (type !== 'ephemeral' && type !== 'in_channel') return 'invalid_arguments: response_type';
    const composed = compose(given, kit, { textMax: 40_000 });
    if ('error' in composed) {
      const first = composed.problems?.[0];
      return first ? `${composed.error}: ${first.pointer} ${first.message}` : composed.error;
    }
    const { text = composed.markdown ?? '', blocks, markdown } = composed;
    const reading = {
      bareNames: given.link_names === true || (given.parse !== undefined && given.parse !== 'none'),
      autolink: given.parse !== 'none',
    };
    if (given.replace_original === true && original && !original.deleted) {
      workspace.update(original, { text, blocks: blocks ?? [], reading, ...(markdown ? { markdown } : {}) });
      return undefined;
    }
    const channel = workspace.channels.get(where.channel);
    if (!channel) return 'channel_not_found';
    if (channel.isArchived) return 'is_archived';
    if (given.thread_ts !== undefined && where.threads === false) return 'invalid_arguments: thread_ts';
    const inOriginal = type === 'ephemeral' && where.threads !== false ? original?.threadTs : undefined;
    const threadTs = given.thread_ts ?? inOriginal;
    if (given.thread_ts !== undefined && !workspace.reachable(channel.id, String(given.thread_ts)))
      return 'thread_not_found';
    if (type === 'ephemeral' && !workspace.showsEphemeral(channel.id, threadTs)) return undefined;
    workspace.post(channel, {
      user: options.botUserId,
      fromApp: true,
      text,
      ...(blocks ? { blocks } : {}),
      ...(markdown ? { markdown } : {}),
      ...(threadTs ? { threadTs: String(threadTs) } : {}),
      ...(type === 'ephemeral' ? { visibleTo: where.user } : {}),
      reading,
    });
    return undefined;
  }

  return { issue, use, place };
}
