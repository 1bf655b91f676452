/** The Web API methods: who may call them, with which arguments, how often, and what they do. */
import { type blockKit, interactiveElements } from './blocks.ts';
import { compose, metadataError, type SlackError } from './compose.ts';
import type { Files } from './files.ts';
import { jsonIn } from './http-body.ts';
import { readManifest, validateManifest } from './manifest.ts';
import type { Reading } from './mrkdwn.ts';
import type { Tier } from './rate-limits.ts';
import { isRecord, type Json } from './shape.ts';
import type { Views } from './views.ts';
import type { ChannelKind, FakeChannel, FakeFile, FakeMessage, FakeUser, Workspace } from './workspace.ts';

type Kind = 'text' | 'whole' | 'flag' | 'json' | 'ids';
type Answer = ({ ok?: true } & Json) | SlackError;

export interface Method {
  /** Which kind of token it takes. */
  readonly caller: 'bot' | 'app' | 'configuration' | 'nobody';
  readonly tier: Tier;
  readonly scope?: string;
  /** Reading methods take no JSON bodies. */
  readonly formOnly?: boolean;
  readonly required: Readonly<Record<string, Kind>>;
  readonly optional: Readonly<Record<string, Kind>>;
  readonly run: (given: Json) => Answer | Promise<Answer>;
}

export interface WebApiParts {
  readonly workspace: Workspace;
  readonly kit: ReturnType<typeof blockKit>;
  readonly files: Files;
  readonly views: Views;
  readonly openSocket: () => string;
  readonly configurationTokens: { rotate(refresh: string): Json | undefined };
}

const content = { text: 'text', blocks: 'json', markdown_text: 'text' } as const;
const authorship = { username: 'text', icon_emoji: 'text', icon_url: 'text' } as const;
const parsing = { parse: 'text', link_names: 'flag' } as const;
const paging = { cursor: 'text', limit: 'whole', oldest: 'text', latest: 'text', inclusive: 'flag' } as const;

const historyScope: Record<ChannelKind, string> = {
  public: 'channels:history',
  private: 'groups:history',
  im: 'im:history',
  mpim: 'mpim:history',
};
const readScope: Record<ChannelKind, string> = {
  public: 'channels:read',
  private: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
};

/** Source: docs.slack.dev, "Web API methods", one page per method, read 2026-11. */
export function webApi(parts: WebApiParts): Readonly<Record<string, Method>> {
  const { workspace, kit, files, views } = parts;
  const { options, scopes } = workspace;
  const { teamId, botUserId, botId, appId } = options;

  const missing = (needed: string): Answer => ({
    error: 'missing_scope',
    needed,
    provided: [...scopes].join(','),
  });
  const inside = (channel: FakeChannel) => channel.members.has(botUserId);

  /** Where the app may post, or why not. */
  function postable(id: string, how: { people?: boolean } = {}): FakeChannel | SlackError {
    const person = workspace.users.get(id);
    if (how.people && person && id !== botUserId) return workspace.directMessage([person.id]);
    const channel = workspace.seenByApp(id);
    if (!channel) return { error: 'channel_not_found' };
    if (channel.isArchived) return { error: 'is_archived' };
    const open = channel.kind === 'public' && scopes.has('chat:write.public');
    return inside(channel) || open ? channel : { error: 'not_in_channel' };
  }

  function threadError(channel: FakeChannel, ts: unknown): SlackError | undefined {
    if (ts === undefined) return undefined;
    const parent = workspace.anyMessage(channel.id, String(ts));
    if (!parent || parent.visibleTo) return { error: 'thread_not_found' };
    if (parent.threadTs) return { error: 'cannot_reply_to_message' };
    return parent.deleted && workspace.repliesTo(channel.id, parent.ts).length === 0
      ? { error: 'thread_not_found' }
      : undefined;
  }

  /** `parse` and `link_names` decide which bare words become mentions. */
  function readingOf(given: Json, fallback: 'none' | 'client'): Reading {
    const parse = given.parse ?? fallback;
    return { bareNames: parse !== 'none' || given.link_names === true, autolink: given.parse !== 'none' };
  }

  function parseError(given: Json): SlackError | undefined {
    return given.parse === undefined || ['none', 'full', 'client'].includes(String(given.parse))
      ? undefined
      : { error: 'invalid_arguments' };
  }

  function customised(given: Json): boolean {
    return Object.keys(authorship).some((key) => given[key] !== undefined) && !scopes.has('chat:write.customize');
  }

  function postMessage(given: Json): Answer {
    if (customised(given)) return missing('chat:write.customize');
    const channel = postable(String(given.channel), { people: true });
    if ('error' in channel) return channel;
    const composed = compose(given, kit, { textMax: 40_000 });
    if ('error' in composed) return composed;
    const wrong = threadError(channel, given.thread_ts) ?? parseError(given);
    if (wrong) return wrong;
    const badMetadata = metadataError(given.metadata);
    if (badMetadata) return { error: badMetadata };
    const message = workspace.post(channel, {
      user: botUserId,
      fromApp: true,
      text: composed.text ?? composed.markdown ?? '',
      ...(composed.blocks ? { blocks: composed.blocks } : {}),
      ...(composed.markdown ? { markdown: composed.markdown } : {}),
      ...(given.thread_ts ? { threadTs: String(given.thread_ts) } : {}),
      ...(isRecord(given.metadata) && Object.keys(given.metadata).length > 0 ? { metadata: given.metadata } : {}),
      broadcast: given.reply_broadcast === true,
      reading: readingOf(given, 'none'),
    });
    return { channel: channel.id, ts: message.ts, message: workspace.messageJson(message) };
  }

  function postEphemeral(given: Json): Answer {
    if (customised(given)) return missing('chat:write.customize');
    const channel = postable(String(given.channel));
    if ('error' in channel) return channel;
    if (!channel.members.has(String(given.user))) return { error: 'user_not_in_channel' };
    const composed = compose(given, kit, { textMax: 40_000 });
    if ('error' in composed) return composed;
    const wrong = threadError(channel, given.thread_ts) ?? parseError(given);
    if (wrong) return wrong;
    // Slack says ok, and nobody sees it.
    if (!workspace.showsEphemeral(channel.id, given.thread_ts)) return { message_ts: workspace.nextTs() };
    const message = workspace.post(channel, {
      user: botUserId,
      fromApp: true,
      text: composed.text ?? composed.markdown ?? '',
      ...(composed.blocks ? { blocks: composed.blocks } : {}),
      ...(composed.markdown ? { markdown: composed.markdown } : {}),
      ...(given.thread_ts ? { threadTs: String(given.thread_ts) } : {}),
      visibleTo: String(given.user),
      reading: readingOf(given, 'none'),
    });
    return { message_ts: message.ts };
  }

  function ownMessage(given: Json, notMine: string): { message: FakeMessage; channel: FakeChannel } | SlackError {
    const channel = workspace.seenByApp(String(given.channel));
    if (!channel) return { error: 'channel_not_found' };
    const message = workspace.reachable(channel.id, String(given.ts));
    if (!message) return { error: 'message_not_found' };
    return message.fromApp ? { message, channel } : { error: notMine };
  }

  function update(given: Json): Answer {
    const found = ownMessage(given, 'cant_update_message');
    if ('error' in found) return found;
    const { message, channel } = found;
    if (channel.isArchived) return { error: 'is_inactive' };
    const composed = compose(given, kit, { textMax: 4_000, mayBeEmpty: given.metadata !== undefined });
    if ('error' in composed) return composed;
    const wrong = parseError(given);
    if (wrong) return wrong;
    const badMetadata = metadataError(given.metadata);
    if (badMetadata) return { error: badMetadata };
    // Reported to fail on the message that a file upload made: only its text may change here.
    if (message.subtype === 'file_share' && (composed.blocks?.length ?? 0) > 0) return { error: 'cant_update_message' };
    const replacesAll = composed.text !== undefined || composed.markdown !== undefined;
    workspace.update(message, {
      ...(replacesAll ? { text: composed.text ?? composed.markdown ?? '' } : {}),
      ...(composed.blocks ? { blocks: composed.blocks } : replacesAll ? { blocks: [] } : {}),
      ...(composed.markdown ? { markdown: composed.markdown } : {}),
      ...(isRecord(given.metadata) ? { metadata: given.metadata } : {}),
      reading: readingOf(given, 'client'),
    });
    return { channel: channel.id, ts: message.ts, text: message.text, message: workspace.messageJson(message) };
  }

  function remove(given: Json): Answer {
    const found = ownMessage(given, 'cant_delete_message');
    if ('error' in found) return found;
    workspace.remove(found.message);
    return { channel: found.channel.id, ts: found.message.ts };
  }

  /** A page of messages, in the order given. */
  function page(all: readonly FakeMessage[], given: Json, defaultLimit: number): Json | SlackError {
    const { oldest = '0', latest = '9999999999.999999', inclusive = false } = given;
    const inRange = all.filter(({ ts }) =>
      inclusive ? ts >= String(oldest) && ts <= String(latest) : ts > String(oldest) && ts < String(latest),
    );
    const from = given.cursor ? Number(Buffer.from(String(given.cursor), 'base64url').toString()) : 0;
    if (!Number.isInteger(from)) return { error: 'invalid_cursor' };
    const limit = Math.min(Number(given.limit ?? defaultLimit), 999);
    const some = inRange.slice(from, from + limit);
    const more = inRange.length > from + limit;
    const cursor = more ? Buffer.from(String(from + limit)).toString('base64url') : '';
    return {
      messages: some.map((one) => workspace.messageJson(one, { metadata: given.include_all_metadata === true })),
      has_more: more,
      ...(more ? { response_metadata: { next_cursor: cursor } } : {}),
    };
  }

  function readable(given: Json): FakeChannel | Answer {
    const channel = workspace.seenByApp(String(given.channel));
    if (!channel) return { error: 'channel_not_found' };
    const needed = historyScope[channel.kind];
    if (!scopes.has(needed)) return missing(needed);
    return inside(channel) ? channel : { error: 'not_in_channel' };
  }

  const isChannel = (value: FakeChannel | Answer): value is FakeChannel => 'members' in value;

  function replies(given: Json): Answer {
    const channel = readable(given);
    if (!isChannel(channel)) return channel;
    const named = workspace.anyMessage(channel.id, String(given.ts));
    const parent = named?.threadTs ? workspace.anyMessage(channel.id, named.threadTs) : named;
    const below = parent ? workspace.repliesTo(channel.id, parent.ts) : [];
    if (!parent || parent.visibleTo || (parent.deleted && below.length === 0)) return { error: 'thread_not_found' };
    return page([parent, ...below], given, 1000);
  }

  function history(given: Json): Answer {
    const channel = readable(given);
    if (!isChannel(channel)) return channel;
    const all = (workspace.messages.get(channel.id) ?? []).filter(
      (one) => !one.visibleTo && !one.deleted && (!one.threadTs || one.broadcast),
    );
    return page(all.toReversed(), given, 100);
  }

  function info(given: Json): Answer {
    const channel = workspace.seenByApp(String(given.channel));
    if (!channel) return { error: 'channel_not_found' };
    const needed = readScope[channel.kind];
    if (!scopes.has(needed)) return missing(needed);
    return {
      channel: {
        ...workspace.channelJson(channel),
        ...(given.include_num_members ? { num_members: channel.members.size } : {}),
        ...(given.include_locale ? { locale: 'en-US' } : {}),
      },
    };
  }

  function join(given: Json): Answer {
    const channel = workspace.seenByApp(String(given.channel));
    if (!channel) return { error: 'channel_not_found' };
    if (channel.kind !== 'public') return { error: 'method_not_supported_for_channel_type' };
    if (channel.isArchived) return { error: 'is_archived' };
    const already = inside(channel);
    channel.members.add(botUserId);
    return {
      channel: workspace.channelJson(channel),
      ...(already ? { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } } : {}),
    };
  }

  function open(given: Json): Answer {
    if (given.channel !== undefined) {
      const known = workspace.seenByApp(String(given.channel));
      if (!known) return { error: 'channel_not_found' };
      if (known.kind !== 'im' && known.kind !== 'mpim') return { error: 'method_not_supported_for_channel_type' };
      return { no_op: true, already_open: true, channel: shape(known) };
    }
    const people = given.users === undefined ? [] : String(given.users).split(',').filter(Boolean);
    if (people.length === 0) return { error: 'users_list_not_supplied' };
    if (people.length > 8) return { error: 'too_many_users' };
    const needed = people.length === 1 ? 'im:write' : 'mpim:write';
    if (!scopes.has(needed)) return missing(needed);
    for (const id of people) {
      const user = workspace.users.get(id);
      if (!user || id === botUserId) return { error: 'user_not_found' };
      if (user.deleted) return { error: 'user_disabled' };
    }
    const known = workspace.existingDirectMessage(people);
    if (!known && given.prevent_creation) return { error: 'channel_not_found' };
    const channel = known ?? workspace.directMessage(people);
    return { ...(known ? { no_op: true, already_open: true } : {}), channel: shape(channel) };

    function shape(one: FakeChannel): Json {
      return given.return_im ? workspace.channelJson(one) : { id: one.id };
    }
  }

  function completeUpload(given: Json): Answer {
    if (customised(given)) return missing('chat:write.customize');
    const wanted = given.files;
    const shaped = (one: unknown): one is { id: string; title?: string } =>
      isRecord(one) &&
      typeof one.id === 'string' &&
      (one.title === undefined || typeof one.title === 'string') &&
      Object.keys(one).every((key) => ['id', 'title', 'highlight_type'].includes(key));
    if (!Array.isArray(wanted) || wanted.length === 0 || !wanted.every(shaped)) return { error: 'invalid_arguments' };
    const done: FakeFile[] = [];
    for (const { id } of wanted) {
      const file = workspace.files.get(id);
      // The ticket of a file that was completed before is gone, so it can't be found a second time.
      if (file?.state !== 'uploaded' || done.includes(file)) return { error: 'file_not_found' };
      done.push(file);
    }
    if (given.channel_id !== undefined && given.channels !== undefined) return { error: 'invalid_arguments' };
    const named = String(given.channels ?? given.channel_id ?? '')
      .split(',')
      .filter(Boolean);
    if (named.length > 100) return { error: 'channels_limit_exceeded' };
    if (given.thread_ts !== undefined && named.length !== 1) return { error: 'invalid_arguments' };
    // A comment wins: blocks beside it are ignored, not even looked at.
    const comment = typeof given.initial_comment === 'string' && given.initial_comment !== '';
    const composed = compose(comment ? { text: given.initial_comment } : { blocks: given.blocks }, kit, {
      textMax: 40_000,
      mayBeEmpty: true,
    });
    if ('error' in composed) return composed;
    // Whether buttons work on the message of an upload isn't documented: nothing may rely on it.
    if (interactiveElements(composed.blocks).length > 0) return { error: 'invalid_blocks' };
    const places = [];
    for (const id of named) {
      const channel = postable(id, { people: given.channels !== undefined });
      if ('error' in channel) return channel.error === 'is_archived' ? { error: 'posting_to_channel_denied' } : channel;
      if (!inside(channel)) return { error: 'not_in_channel' };
      const wrong = threadError(channel, given.thread_ts);
      if (wrong) return wrong;
      const draft = {
        user: botUserId,
        fromApp: true,
        text: composed.text ?? '',
        ...(composed.blocks ? { blocks: composed.blocks } : {}),
        ...(given.thread_ts ? { threadTs: String(given.thread_ts) } : {}),
      };
      places.push({ channel, draft });
    }
    for (const { id, title } of wanted) {
      const file = workspace.files.get(id);
      if (file && title) file.title = title;
    }
    files.complete(done, places);
    return { files: wanted.map(({ id, title }) => ({ id, ...(title ? { title } : {}) })) };
  }

  function completedFile(given: Json) {
    const file = workspace.fileSeenByApp(String(given.file));
    if (!file || file.state === 'awaiting-bytes' || file.state === 'uploaded') return { error: 'file_not_found' };
    return file.state === 'deleted' ? { error: 'file_deleted' } : file;
  }

  const message = { caller: 'bot', scope: 'chat:write' } as const;
  const reading = { caller: 'bot', formOnly: true } as const;
  const uploading = { caller: 'bot', scope: 'files:write', tier: 4 } as const;
  const configuring = { caller: 'configuration' } as const;

  return {
    'api.test': {
      caller: 'nobody',
      tier: 4,
      required: {},
      optional: { error: 'text', foo: 'text' },
      run: (given) => (given.error ? { error: String(given.error) } : { args: given }),
    },
    'auth.test': {
      caller: 'bot',
      tier: 'special',
      required: {},
      optional: {},
      run: () => ({
        url: `https://${options.teamDomain}.slack.com/`,
        team: options.teamDomain,
        user: options.botName,
        team_id: teamId,
        user_id: botUserId,
        bot_id: botId,
        is_enterprise_install: false,
      }),
    },
    'apps.connections.open': {
      caller: 'app',
      tier: 3,
      required: {},
      optional: {},
      // The error is this fake's own word: what Slack answers to an app without Socket Mode isn't documented.
      run: () =>
        workspace.manifest()?.socketMode === false ? { error: 'socket_mode_disabled' } : { url: parts.openSocket() },
    },
    'chat.postMessage': {
      ...message,
      tier: 'posting',
      required: { channel: 'text' },
      optional: {
        ...content,
        ...authorship,
        ...parsing,
        metadata: 'json',
        mrkdwn: 'flag',
        reply_broadcast: 'flag',
        thread_ts: 'text',
        unfurl_links: 'flag',
        unfurl_media: 'flag',
        unfurl_app_links: 'flag',
      },
      run: postMessage,
    },
    'chat.postEphemeral': {
      ...message,
      tier: 4,
      required: { channel: 'text', user: 'text' },
      optional: { ...content, ...authorship, ...parsing, thread_ts: 'text' },
      run: postEphemeral,
    },
    'chat.update': {
      ...message,
      tier: 3,
      required: { channel: 'text', ts: 'text' },
      optional: { ...content, ...parsing, metadata: 'json' },
      run: update,
    },
    'chat.delete': { ...message, tier: 3, required: { channel: 'text', ts: 'text' }, optional: {}, run: remove },
    'conversations.info': {
      ...reading,
      tier: 3,
      required: { channel: 'text' },
      optional: { include_locale: 'flag', include_num_members: 'flag' },
      run: info,
    },
    'conversations.join': {
      caller: 'bot',
      scope: 'channels:join',
      tier: 3,
      required: { channel: 'text' },
      optional: {},
      run: join,
    },
    'conversations.open': {
      caller: 'bot',
      tier: 3,
      required: {},
      optional: { channel: 'text', users: 'ids', prevent_creation: 'flag', return_im: 'flag' },
      run: open,
    },
    'conversations.replies': {
      ...reading,
      tier: 3,
      required: { channel: 'text', ts: 'text' },
      optional: { ...paging, include_all_metadata: 'flag' },
      run: replies,
    },
    'conversations.history': {
      ...reading,
      tier: 3,
      required: { channel: 'text' },
      optional: { ...paging, include_all_metadata: 'flag' },
      run: history,
    },
    'files.getUploadURLExternal': {
      ...uploading,
      formOnly: true,
      required: { filename: 'text', length: 'whole' },
      optional: { alt_txt: 'text', snippet_type: 'text' },
      run(given) {
        const requested = files.request({
          filename: String(given.filename),
          length: Number(given.length),
          ...(given.alt_txt === undefined ? {} : { altText: String(given.alt_txt) }),
          snippet: given.snippet_type !== undefined,
        });
        if (requested.error !== undefined) return { error: requested.error };
        return { upload_url: requested.url, file_id: requested.file?.id };
      },
    },
    'files.completeUploadExternal': {
      ...uploading,
      required: { files: 'json' },
      optional: {
        ...authorship,
        channel_id: 'text',
        channels: 'ids',
        thread_ts: 'text',
        initial_comment: 'text',
        blocks: 'json',
      },
      run: completeUpload,
    },
    'files.info': {
      ...reading,
      scope: 'files:read',
      tier: 4,
      required: { file: 'text' },
      optional: { count: 'whole', cursor: 'text', limit: 'whole', page: 'whole' },
      run(given) {
        const file = completedFile(given);
        if ('error' in file) return file;
        files.poll(file);
        return { file: workspace.fileJson(file.id), comments: [], response_metadata: { next_cursor: '' } };
      },
    },
    'files.delete': {
      caller: 'bot',
      scope: 'files:write',
      tier: 3,
      required: { file: 'text' },
      optional: {},
      run(given) {
        const file = completedFile(given);
        if ('error' in file) return file;
        if (!file.fromApp) return { error: 'cant_delete_file' };
        file.state = 'deleted';
        delete file.bytes;
        return {};
      },
    },
    'users.info': {
      ...reading,
      scope: 'users:read',
      tier: 4,
      required: { user: 'text' },
      optional: { include_locale: 'flag' },
      run(given) {
        const user = workspace.users.get(String(given.user));
        return user ? { user: userJson(user) } : { error: 'user_not_found' };
      },
    },
    'team.info': {
      ...reading,
      scope: 'team:read',
      tier: 3,
      required: {},
      optional: { team: 'text', domain: 'text' },
      run: () => ({ team: { id: teamId, name: options.teamDomain, domain: options.teamDomain } }),
    },
    'views.open': {
      caller: 'bot',
      tier: 4,
      required: { view: 'json' },
      optional: { trigger_id: 'text', interactivity_pointer: 'text' },
      run: (given) => views.open(String(given.trigger_id ?? given.interactivity_pointer ?? ''), given.view, 'open'),
    },
    'views.push': {
      caller: 'bot',
      tier: 4,
      required: { view: 'json' },
      optional: { trigger_id: 'text', interactivity_pointer: 'text' },
      run: (given) => views.open(String(given.trigger_id ?? given.interactivity_pointer ?? ''), given.view, 'push'),
    },
    'views.update': {
      caller: 'bot',
      tier: 4,
      required: { view: 'json' },
      optional: { view_id: 'text', external_id: 'text', hash: 'text' },
      run: (given) => views.update(given),
    },
    'views.publish': {
      caller: 'bot',
      tier: 4,
      required: { user_id: 'text', view: 'json' },
      optional: { hash: 'text' },
      run: (given) => views.publish(given),
    },
    'apps.manifest.validate': {
      ...configuring,
      tier: 3,
      required: { manifest: 'text' },
      optional: { app_id: 'text' },
      run(given) {
        const problems = validateManifest(jsonIn(String(given.manifest)));
        return problems.length > 0 ? { error: 'invalid_manifest', errors: problems } : {};
      },
    },
    'apps.manifest.update': {
      ...configuring,
      tier: 1,
      required: { app_id: 'text', manifest: 'text' },
      optional: {},
      run(given) {
        if (given.app_id !== appId) return { error: 'invalid_app_id' };
        const json = jsonIn(String(given.manifest));
        const problems = validateManifest(json);
        if (problems.length > 0) return { error: 'invalid_manifest', errors: problems };
        const next = readManifest(json);
        workspace.configure(next);
        return { app_id: appId, permissions_updated: next.scopes.some((scope) => !scopes.has(scope)) };
      },
    },
    'apps.manifest.export': {
      ...configuring,
      tier: 3,
      required: { app_id: 'text' },
      optional: {},
      run(given) {
        if (given.app_id !== appId) return { error: 'invalid_app_id' };
        return { manifest: workspace.manifest()?.json ?? { display_information: { name: options.botName } } };
      },
    },
    'tooling.tokens.rotate': {
      caller: 'nobody',
      tier: 'special',
      required: { refresh_token: 'text' },
      optional: {},
      run: (given) =>
        parts.configurationTokens.rotate(String(given.refresh_token)) ?? { error: 'invalid_refresh_token' },
    },
  };

  function userJson(user: FakeUser): Json {
    return {
      id: user.id,
      team_id: user.teamId,
      name: user.name,
      deleted: user.deleted,
      real_name: user.realName,
      tz: 'Europe/London',
      profile: { real_name: user.realName, display_name: user.displayName ?? user.name, team: user.teamId },
      is_admin: user.isAdmin,
      is_owner: user.isOwner,
      is_primary_owner: user.isPrimaryOwner,
      is_restricted: user.isRestricted,
      is_ultra_restricted: user.isUltraRestricted,
      is_bot: user.isBot,
      is_app_user: false,
      ...(user.isStranger ? { is_stranger: true } : {}),
      ...(user.teams ? { enterprise_user: { id: user.id, teams: [...user.teams] } } : {}),
    };
  }
}

/**
 * The arguments as their kinds, or every reason why not. Slack ignores arguments that it doesn't know; here they are
 * refused, so that a misspelt one (`alt_text`) shows.
 */
export function readGiven(method: Method, raw: Json): { given: Json } | { problems: string[] } {
  const problems: string[] = [];
  const given: Json = {};
  const kinds: Readonly<Record<string, Kind>> = { ...method.required, ...method.optional };
  for (const key of Object.keys(method.required))
    if (raw[key] === undefined || raw[key] === '') problems.push(`[ERROR] missing required field: ${key}`);
  for (const [key, value] of Object.entries(raw)) {
    if (key === 'token' || value === undefined || value === null) continue;
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    if (!kind) {
      if (key !== 'team_id') problems.push(`[ERROR] unknown argument: ${key}`);
      continue;
    }
    const converted = convert(kind, value);
    if (converted === undefined) problems.push(`[ERROR] ${key} must be ${kind}`);
    else given[key] = converted;
  }
  return problems.length > 0 ? { problems } : { given };
}

function convert(kind: Kind, value: unknown): unknown {
  if (kind === 'text') return typeof value === 'string' ? value : undefined;
  if (kind === 'ids') return Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : undefined;
  if (kind === 'whole') return /^-?\d+$/.test(String(value)) ? Number(value) : undefined;
  if (kind === 'flag') return { true: true, 1: true, false: false, 0: false }[String(value)];
  const parsed = typeof value === 'string' ? jsonIn(value) : value;
  return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
}
