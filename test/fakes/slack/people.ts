/** What a person does in Slack, and the payloads that follow from it. */
import { interactiveElements } from './blocks.ts';
import type { Deliveries, PayloadType } from './deliveries.ts';
import type { Files } from './files.ts';
import { described } from './http-body.ts';
import { typed, unescaped } from './mrkdwn.ts';
import type { Responses } from './responses.ts';
import { isRecord, type Json } from './shape.ts';
import type { FakeView, Views } from './views.ts';
import type { ChannelKind, FakeChannel, FakeMessage, FakeUser, Workspace } from './workspace.ts';

/** Handed back for everything that reaches the app; `requestId` is the trigger id or the event id. */
export interface Asked {
  readonly requestId: string;
  readonly triggerId?: string;
  readonly responseUrl?: string;
}

export interface Where {
  /** Id or name. */
  readonly user: string;
  /** Id, `#name`, or `@name` for the app's conversation with that person. */
  readonly channel: string;
  /** How often Slack delivers the same payload. */
  readonly deliveries?: number;
}

export interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly altText?: string;
  /** As from a Slack Connect channel: the event carries a stub, and files.info has the rest. */
  readonly checkFileInfo?: boolean;
  /** Where the bytes are, for a file that only stands in Slack as a link: a document on Google Drive. */
  readonly external?: string;
}

/** A message, or with `threadTs` a reply. */
export interface Written extends Where {
  readonly threadTs?: string;
  readonly files?: readonly Attachment[];
  /** A reply that is sent to the channel too. */
  readonly broadcast?: boolean;
  /** As an app with a bot of its own writes. */
  readonly byOtherApp?: boolean;
}

const channelType: Record<ChannelKind, string> = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' };
const messageEvent: Record<ChannelKind, string> = {
  public: 'message.channels',
  private: 'message.groups',
  im: 'message.im',
  mpim: 'message.mpim',
};

/** Source: docs.slack.dev, "Slash commands", "Interaction payloads", "Shortcuts" and "Events", read 2026-11. */
export function createPeople(parts: {
  readonly workspace: Workspace;
  readonly deliveries: Deliveries;
  readonly views: Views;
  readonly files: Files;
  readonly responses: Responses;
  readonly verificationToken: string;
  readonly keepBytes: boolean;
}) {
  const { workspace, deliveries, views, files, responses, verificationToken } = parts;
  const { options } = workspace;
  const { teamId, teamDomain, appId, botUserId, clock } = options;
  const stubs = new Set<string>();
  let copies = 1;

  /** The team that a payload names is that of whoever acts. */
  const teamOf = ({ teamId: id }: FakeUser) => ({ id, domain: id === teamId ? teamDomain : id.toLowerCase() });
  const person = (user: FakeUser) => ({ id: user.id, username: user.name, name: user.name, team_id: user.teamId });
  const base = { token: verificationToken, api_app_id: appId };
  const find = {
    user: (name: string) => workspace.userCalled(name)?.id,
    usergroup: (name: string) => workspace.names.usergroupNamed(name),
    channel: (name: string) => {
      const channel = workspace.channelCalled(name);
      return channel && { id: channel.id, name: channel.name };
    },
  };

  /** @throws Error when this person can't see this channel. */
  function present(where: { user: string; channel: string }): { user: FakeUser; channel: FakeChannel } {
    const user = workspace.userFor(where.user);
    const channel = workspace.channelFor(where.channel);
    if (!channel.members.has(user.id)) throw new Error(`${user.name} is not in ${channel.name}.`);
    if (channel.isArchived) throw new Error(`${channel.name} is archived.`);
    return { user, channel };
  }

  function ask(
    type: PayloadType,
    payload: Json,
    how: { triggerId: string; responseUrl?: string; times?: number; answered?: (body: unknown) => string | undefined },
  ): Asked {
    const { triggerId, responseUrl, times = 1, answered } = how;
    const request = { requestId: triggerId, type, payload, ...(answered ? { answered } : {}) };
    deliveries.deliver(request, times);
    return { requestId: triggerId, triggerId, ...(responseUrl ? { responseUrl } : {}) };
  }

  function needInteractivity(): void {
    if (workspace.manifest()?.interactive === false) throw new Error('Interactivity is off in the manifest.');
  }

  const nothingExpected = (body: unknown) =>
    body === undefined ? undefined : `an interaction is acknowledged without a body, not with ${JSON.stringify(body)}`;

  /**
   * Types a slash command.
   * @throws Error where Slack wouldn't send it: unknown command, no `commands` scope, or in a thread.
   */
  function command(name: string, text: string, where: Where & { threadTs?: string }): Asked {
    const { user, channel } = present(where);
    const manifest = workspace.manifest();
    const declared = manifest?.commands.get(name);
    // The apps of a workspace have no commands for strangers. Source: github.com/slackapi/bolt-python, issue 767.
    if (!workspace.scopes.has('commands') || (manifest && !declared) || user.isStranger)
      throw new Error(`${name} is not a valid command.`);
    if (where.threadTs) throw new Error(`${name} is not supported in threads. Sorry!`);
    const triggerId = views.issueTrigger(user.id);
    const place = { channel: channel.id, user: user.id };
    const responseUrl = responses.issue(place);
    const payload = {
      ...base,
      team_id: teamOf(user).id,
      team_domain: teamOf(user).domain,
      channel_id: channel.id,
      channel_name: channel.kind === 'private' ? 'privategroup' : channel.name,
      user_id: user.id,
      user_name: user.name,
      command: name,
      text: typed(text.trim(), { entities: declared?.shouldEscape ?? true, labels: true }, find),
      is_enterprise_install: 'false',
      response_url: responseUrl,
      trigger_id: triggerId,
    };
    return ask('slash_commands', payload, {
      triggerId,
      responseUrl,
      times: where.deliveries ?? 1,
      answered: (body) => (isRecord(body) ? responses.place(body, place) : undefined),
    });
  }

  /**
   * Presses a button, or with `chosen` picks an option, in a message that this person sees.
   * @throws Error when the message isn't there or carries no such action.
   */
  function button(
    ts: string,
    actionId: string,
    userName: string,
    how: { channel?: string; chosen?: string; deliveries?: number; blockId?: string } = {},
  ): Asked {
    needInteractivity();
    const user = workspace.userFor(userName);
    const message = messageSeen(ts, user, how.channel);
    const channel = workspace.channelFor(message.channel);
    const placed = interactiveElements(message.blocks).find(
      ({ block, element }) => element.action_id === actionId && (!how.blockId || block.block_id === how.blockId),
    );
    if (!placed) throw new Error(`The message ${ts} has no action ${actionId}.`);
    const triggerId = views.issueTrigger(user.id);
    const responseUrl = responses.issue({ channel: channel.id, user: user.id, original: message });
    const thread = message.threadTs ? { thread_ts: message.threadTs } : {};
    const payload = {
      type: 'block_actions',
      user: person(user),
      ...base,
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: message.visibleTo !== undefined,
        ...thread,
      },
      trigger_id: triggerId,
      team: teamOf(user),
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: channel.id, name: channel.name },
      ...(message.visibleTo ? {} : { message: workspace.messageJson(message) }),
      state: { values: {} },
      response_url: responseUrl,
      actions: [acted(placed.block, placed.element, how.chosen)],
    };
    return ask('interactive', payload, {
      triggerId,
      responseUrl,
      times: how.deliveries ?? 1,
      answered: nothingExpected,
    });
  }

  function messageSeen(ts: string, user: FakeUser, channelName?: string): FakeMessage {
    const only = channelName ? workspace.channelFor(channelName).id : undefined;
    for (const [id, all] of workspace.messages) {
      if ((only && id !== only) || !workspace.channels.get(id)?.members.has(user.id)) continue;
      const message = all.find((one) => one.ts === ts && !one.deleted && (!one.visibleTo || one.visibleTo === user.id));
      if (message) return message;
    }
    throw new Error(`${user.name} sees no message ${ts}.`);
  }

  function acted(block: Json, element: Json, chosen?: string): Json {
    const { type, text, value, style, url } = element;
    const all = (element.options as Json[] | undefined) ?? [];
    const option = chosen === undefined ? undefined : all.find((one) => one.value === chosen);
    if (all.length > 0 && !option) throw new Error(`${element.action_id} has no option ${chosen}.`);
    return {
      action_id: element.action_id,
      block_id: block.block_id,
      type,
      ...(text ? { text } : {}),
      ...(value === undefined ? {} : { value }),
      ...(style ? { style } : {}),
      ...(url ? { url } : {}),
      ...(option ? { selected_option: option } : {}),
      ...(!option && chosen !== undefined ? { value: chosen } : {}),
      action_ts: workspace.nextTs(),
    };
  }

  /** Presses something in an open modal or on the Home tab. */
  function viewAction(viewName: string, actionId: string, userName: string, chosen?: string): Asked {
    needInteractivity();
    const user = workspace.userFor(userName);
    const view = viewName === 'home' ? views.homes.get(user.id) : views.find(viewName);
    const placed = interactiveElements(view?.json.blocks).find(({ element }) => element.action_id === actionId);
    if (!view || !placed || view.user !== user.id) throw new Error(`${user.name} sees no ${actionId} in ${viewName}.`);
    const triggerId = views.issueTrigger(user.id, view.id);
    const payload = {
      type: 'block_actions',
      user: person(user),
      ...base,
      container: { type: 'view', view_id: view.id },
      trigger_id: triggerId,
      team: teamOf(user),
      enterprise: null,
      is_enterprise_install: false,
      view: views.viewJson(view),
      actions: [acted(placed.block, placed.element, chosen)],
    };
    return ask('interactive', payload, { triggerId, answered: nothingExpected });
  }

  /**
   * Fills in and submits the open modal with this id or callback_id. Answers go by block_id or action_id; files are
   * ids, or attachments that the person uploads there.
   * @throws Error when the client wouldn't let the person submit it.
   */
  function viewSubmit(viewName: string, answers: Json, userName: string, how: { deliveries?: number } = {}): Asked {
    needInteractivity();
    const user = workspace.userFor(userName);
    const view = views.find(viewName);
    if (view.user !== user.id) throw new Error(`${viewName} is open for somebody else.`);
    const uploaded = Object.entries(answers).map(([name, answer]) => [name, uploadedIn(user, answer)] as const);
    const state = views.filledIn(view, Object.fromEntries(uploaded.map(([name, { answer }]) => [name, answer])));
    for (const id of uploaded.flatMap(([, { ids }]) => ids)) submittedFile(id);
    const triggerId = views.issueTrigger(user.id, view.id);
    const payload = {
      type: 'view_submission',
      team: teamOf(user),
      user: person(user),
      ...base,
      trigger_id: triggerId,
      view: views.viewJson(view, state),
      response_urls: [],
      is_enterprise_install: false,
      enterprise: null,
    };
    return ask('interactive', payload, {
      triggerId,
      times: how.deliveries ?? 1,
      answered: (body) => submitted(view, body),
    });
  }

  /** Attachments as the ids of files. */
  function uploadedIn(user: FakeUser, answer: unknown): { answer: unknown; ids: string[] } {
    if (!Array.isArray(answer)) return { answer, ids: [] };
    const ids = answer.map((one: Attachment | string) => (typeof one === 'string' ? one : upload(user.id, one)));
    return { answer: ids, ids };
  }

  function submittedFile(id: string): void {
    const file = workspace.files.get(id);
    if (file) file.submitted = true;
  }

  /** A file that nobody else sees yet. */
  function upload(userName: string, { name, bytes, altText, external }: Attachment): string {
    const user = workspace.userFor(userName);
    const { id } = files.addFrom(user.id, name, described(Buffer.from(bytes), parts.keepBytes), altText);
    if (external) files.change(id, { external });
    return id;
  }

  function submitted(view: FakeView, body: unknown): string | undefined {
    if (!isRecord(body)) {
      view.state = 'closed';
      return undefined;
    }
    const { response_action: action, errors, view: next, ...rest } = body;
    if (Object.keys(rest).length > 0) return `unknown fields: ${Object.keys(rest).join(', ')}`;
    if (action === 'clear') {
      for (const one of views.views.values()) if (one.user === view.user) one.state = 'closed';
      return undefined;
    }
    if (action === 'errors') {
      const asked = new Set(
        (view.json.blocks as Json[]).filter((one) => one.type === 'input').map((one) => String(one.block_id)),
      );
      const told = isRecord(errors) ? Object.entries(errors) : [];
      const fine =
        told.length > 0 && told.every(([id, text]) => asked.has(id) && typeof text === 'string' && text !== '');
      return fine ? undefined : 'errors must name input blocks of the view';
    }
    if (action !== 'update' && action !== 'push') return `unknown response_action: ${JSON.stringify(action)}`;
    const wrong = views.viewError(next, 'modal', view.id);
    if (wrong) return `${wrong.error}: ${JSON.stringify(wrong.problems ?? [])}`;
    if (action === 'update') views.replace(view, next as Json);
    else if (views.depth(view) >= 3) return 'push_limit_reached';
    else views.push(view, next as Json);
    return undefined;
  }

  /** Closes a modal; the app hears of it only if the view asked for that. */
  function viewClose(viewName: string, userName: string): Asked | undefined {
    const user = workspace.userFor(userName);
    const view = views.find(viewName);
    view.state = 'closed';
    if (view.json.notify_on_close !== true) return undefined;
    const payload = {
      type: 'view_closed',
      team: teamOf(user),
      user: person(user),
      ...base,
      view: views.viewJson(view),
      is_cleared: false,
      is_enterprise_install: false,
      enterprise: null,
    };
    return ask('interactive', payload, { triggerId: workspace.nextId('R'), answered: nothingExpected });
  }

  /** Picks a shortcut: on a message when `ts` is given, else from the menu. The app need not be in the channel. */
  function shortcut(
    callbackId: string,
    how: { user: string; channel?: string; ts?: string; deliveries?: number },
  ): Asked {
    needInteractivity();
    const manifest = workspace.manifest();
    const kind = how.ts ? 'message' : 'global';
    if (!workspace.scopes.has('commands') || (manifest && manifest.shortcuts.get(callbackId) !== kind))
      throw new Error(`There is no ${kind} shortcut ${callbackId}.`);
    const user = workspace.userFor(how.user);
    const triggerId = views.issueTrigger(user.id);
    const common = {
      ...base,
      callback_id: callbackId,
      trigger_id: triggerId,
      action_ts: workspace.nextTs(),
      team: teamOf(user),
      user: person(user),
      is_enterprise_install: false,
      enterprise: null,
    };
    const times = how.deliveries ?? 1;
    if (!how.ts)
      return ask('interactive', { type: 'shortcut', ...common }, { triggerId, times, answered: nothingExpected });
    const message = messageSeen(how.ts, user, how.channel);
    if (message.visibleTo) throw new Error('There are no shortcuts on ephemeral messages.');
    const channel = workspace.channelFor(message.channel);
    const responseUrl = responses.issue({ channel: channel.id, user: user.id, original: message, threads: false });
    const payload = {
      type: 'message_action',
      ...common,
      message_ts: message.ts,
      message: workspace.messageJson(message),
      channel: { id: channel.id, name: channel.name },
      response_url: responseUrl,
    };
    return ask('interactive', payload, { triggerId, responseUrl, times, answered: nothingExpected });
  }

  /**
   * Writes a message, or with `threadTs` a reply; the events follow from subscriptions, scopes and membership.
   * Answers where it stands.
   */
  function message(text: string, where: Written): { ts: string; channel: string; files: string[] } {
    const { user, channel } = present(where);
    const parent = where.threadTs ? workspace.anyMessage(channel.id, where.threadTs) : undefined;
    if (where.threadTs && !parent) throw new Error(`There is no message ${where.threadTs} to reply to.`);
    const attached = (where.files ?? []).map((one) => {
      const id = upload(user.id, one);
      if (one.checkFileInfo) stubs.add(id);
      return id;
    });
    const subtype = attached.length > 0 ? 'file_share' : where.broadcast ? 'thread_broadcast' : undefined;
    const written = typed(text, { entities: true, labels: false }, find);
    copies = where.deliveries ?? 1;
    const posted = workspace.post(channel, {
      user: user.id,
      fromApp: false,
      text: written,
      ...(written ? { blocks: [richText(written)] } : {}),
      ...(parent ? { threadTs: parent.threadTs ?? parent.ts } : {}),
      ...(attached.length > 0 ? { files: attached } : {}),
      ...(subtype ? { subtype } : {}),
      ...(where.broadcast ? { broadcast: true } : {}),
      ...(where.byOtherApp ? { otherBot: true } : {}),
    });
    copies = 1;
    return { ts: posted.ts, channel: channel.id, files: attached };
  }

  /** Corrects what this person wrote. @throws Error when somebody else wrote it */
  function correct(ts: string, text: string, where: Where): void {
    const message = ownMessage(ts, where);
    const written = typed(text, { entities: true, labels: false }, find);
    workspace.update(message, {
      text: written,
      blocks: [richText(written)],
      reading: { bareNames: false, autolink: true },
      byPerson: true,
    });
  }

  /** Deletes what this person wrote. @throws Error when somebody else wrote it */
  const erase = (ts: string, where: Where): void => workspace.remove(ownMessage(ts, where));

  function ownMessage(ts: string, where: Where): FakeMessage {
    const { user, channel } = present(where);
    const message = workspace.reachable(channel.id, ts);
    if (message?.user !== user.id) throw new Error(`${user.name} wrote no message ${ts}.`);
    return message;
  }

  /** Opens the Home tab. */
  function openHome(userName: string): Asked | undefined {
    const user = workspace.userFor(userName);
    const channel = workspace.directMessage([user.id]);
    const home = views.homes.get(user.id);
    return event('app_home_opened', {
      type: 'app_home_opened',
      user: user.id,
      channel: channel.id,
      tab: 'home',
      event_ts: workspace.nextTs(),
      ...(home ? { view: views.viewJson(home) } : {}),
    });
  }

  function event(name: string, body: Json): Asked | undefined {
    if (!workspace.subscribed(name)) return undefined;
    const eventId = workspace.nextId('Ev');
    const author = workspace.users.get(String(body.user));
    const channel = workspace.channels.get(String(body.channel));
    const payload = {
      ...base,
      // In a shared channel this can be another team; where the app is installed is in the authorizations.
      // Source: github.com/slackapi/java-slack-sdk, issue 629.
      team_id: author?.isStranger ? author.teamId : teamId,
      context_team_id: teamId,
      context_enterprise_id: null,
      event: body,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(clock.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: teamId, user_id: botUserId, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: channel !== undefined && workspace.isShared(channel),
      event_context: `4-${eventId}`,
    };
    deliveries.deliver({ requestId: eventId, type: 'events_api', payload }, copies);
    return { requestId: eventId };
  }

  function eventBody(written: FakeMessage): Json {
    const json = workspace.messageJson(written);
    const stubbed = written.files.map((id) =>
      stubs.has(id)
        ? { id, mode: 'file_access', file_access: 'check_file_info', created: 0, timestamp: 0 }
        : workspace.fileJson(id),
    );
    return {
      ...json,
      ...(stubbed.length > 0 ? { files: stubbed } : {}),
      channel: written.channel,
      event_ts: written.ts,
    };
  }

  workspace.watchers.push({
    posted(written) {
      const channel = workspace.channelFor(written.channel);
      if (!channel.members.has(botUserId)) return;
      const body = eventBody(written);
      event(messageEvent[channel.kind], { ...body, channel_type: channelType[channel.kind] });
      mentioned(written, body);
      for (const id of written.files)
        event('file_shared', {
          type: 'file_shared',
          file_id: id,
          file: { id },
          user_id: written.user,
          channel_id: channel.id,
          event_ts: written.ts,
        });
    },
    changed(written, before) {
      const named = (text: unknown) => String(text).includes(`<@${botUserId}`);
      // A name that a correction adds is a mention too, of an old message.
      if (!named(before.text)) mentioned(written, eventBody(written));
      hidden(written, {
        subtype: 'message_changed',
        message: workspace.messageJson(written),
        previous_message: before,
      });
    },
    deleted(written, before) {
      hidden(written, { subtype: 'message_deleted', deleted_ts: written.ts, previous_message: before });
    },
  });

  /** Not sent in direct messages. Source: docs.slack.dev, "app_mention", read 2026-11. */
  function mentioned(written: FakeMessage, { subtype: _, ...body }: Json): void {
    const channel = workspace.channelFor(written.channel);
    const names = written.text.includes(`<@${botUserId}>`) || written.text.includes(`<@${botUserId}|`);
    if (!channel.members.has(botUserId) || written.fromApp || !names || channel.kind === 'im') return;
    event('app_mention', { ...body, type: 'app_mention' });
  }

  function hidden(written: FakeMessage, what: Json): void {
    const channel = workspace.channelFor(written.channel);
    if (!channel.members.has(botUserId)) return;
    const ts = workspace.nextTs();
    const common = { type: 'message', hidden: true, channel: channel.id, ts, event_ts: ts };
    event(messageEvent[channel.kind], { ...common, channel_type: channelType[channel.kind], ...what });
  }

  return {
    command,
    button,
    viewAction,
    viewSubmit,
    viewClose,
    shortcut,
    message,
    correct,
    erase,
    upload,
    openHome,
  };
}

/** The block that Slack's composer makes of what a person typed. */
function richText(written: string): Json {
  const elements: Json[] = [];
  let from = 0;
  const plain = (until: number) => {
    const text = unescaped(written.slice(from, until));
    if (text) elements.push({ type: 'text', text });
  };
  for (const match of written.matchAll(/<([^<>\n]+)>/g)) {
    plain(match.index);
    from = match.index + match[0].length;
    const [target = '', label] = (match[1] ?? '').split('|');
    if (target.startsWith('@')) elements.push({ type: 'user', user_id: target.slice(1) });
    else if (target.startsWith('#')) elements.push({ type: 'channel', channel_id: target.slice(1) });
    else if (target.startsWith('!subteam^')) elements.push({ type: 'usergroup', usergroup_id: target.slice(9) });
    else if (target.startsWith('!')) elements.push({ type: 'broadcast', range: target.slice(1) });
    else elements.push({ type: 'link', url: unescaped(target), ...(label ? { text: unescaped(label) } : {}) });
  }
  plain(written.length);
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}
