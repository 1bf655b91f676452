/** An app manifest as Slack judges it: its published schema, plus what only shows when the parts meet. */
import { flag, isRecord, type Json, list, oneOf, type Problem, problemsIn, record, text } from './shape.ts';

const webUrl = (max: number) => text({ max, pattern: /^https?:\/\// });

/** Bot scopes that Slack knows. Source: docs.slack.dev, "Scopes", and @slack/web-api 8.2.0, read 2026-11. */
const botScopes = new Set(
  `app_mentions:read assistant:write bookmarks:read bookmarks:write calls:read calls:write canvases:read canvases:write
  channels:history channels:join channels:manage channels:read channels:write.invites channels:write.topic chat:write
  chat:write.customize chat:write.public commands conversations.connect:manage conversations.connect:read
  conversations.connect:write dnd:read emoji:read files:read files:write groups:history groups:read groups:write
  groups:write.invites groups:write.topic im:history im:read im:write incoming-webhook links.embed:write links:read
  links:write metadata.message:read mpim:history mpim:read mpim:write mpim:write.invites mpim:write.topic pins:read
  pins:write reactions:read reactions:write reminders:read reminders:write remote_files:read remote_files:share
  remote_files:write team.billing:read team.preferences:read team:read usergroups:read usergroups:write
  users.profile:read users:read users:read.email users:write workflow.steps:execute`.split(/\s+/),
);

/** What an event needs to be delivered to a bot; none for the empty list. Source: docs.slack.dev, "Events", read 2026-11. */
export const eventScopes: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  app_uninstalled: [],
  tokens_revoked: [],
  file_shared: ['files:read'],
  file_deleted: ['files:read'],
  file_change: ['files:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  'message.mpim': ['mpim:history'],
  channel_archive: ['channels:read'],
  channel_deleted: ['channels:read'],
  channel_rename: ['channels:read'],
  channel_left: ['channels:read'],
  group_left: ['groups:read'],
  member_joined_channel: ['channels:read'],
  member_left_channel: ['channels:read'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  team_join: ['users:read'],
  user_change: ['users:read'],
};

const manifestShape = record(
  {
    display_information: record(
      { name: text({ max: 35 }) },
      {
        description: text({ max: 140 }),
        long_description: text({ min: 175, max: 4000 }),
        background_color: text({ pattern: /^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$/ }),
      },
    ),
  },
  {
    _metadata: record({}, { major_version: () => {}, minor_version: () => {} }),
    features: record(
      {},
      {
        app_home: record(
          {},
          { home_tab_enabled: flag, messages_tab_enabled: flag, messages_tab_read_only_enabled: flag },
        ),
        bot_user: record({ display_name: text({ max: 80 }) }, { always_online: flag }),
        shortcuts: list(
          record({
            name: text({ max: 24 }),
            type: oneOf('message', 'global'),
            callback_id: text({ max: 255 }),
            description: text({ max: 150 }),
          }),
          { min: 1, max: 10 },
        ),
        slash_commands: list(
          record(
            { command: text({ min: 2, max: 32, pattern: /^\/[^\sA-Z]+$/ }), description: text({ max: 2000 }) },
            { url: webUrl(3000), usage_hint: text({ max: 1000 }), should_escape: flag },
          ),
          { min: 1, max: 50 },
        ),
        unfurl_domains: list(text({ max: 255 }), { min: 1, max: 5, unique: true }),
      },
    ),
    oauth_config: record(
      {},
      {
        redirect_urls: list(text({ max: 2500 }), { max: 1000, unique: true }),
        scopes: record(
          {},
          {
            bot: list(text({ max: 50 }), { max: 255, unique: true }),
            bot_optional: list(text({ max: 50 }), { max: 255, unique: true }),
            user: list(text({ max: 50 }), { max: 255, unique: true }),
            user_optional: list(text({ max: 50 }), { max: 255, unique: true }),
          },
        ),
        token_management_enabled: flag,
        pkce_enabled: flag,
      },
    ),
    settings: record(
      {},
      {
        allowed_ip_address_ranges: list(text(), { min: 1, max: 50, unique: true }),
        event_subscriptions: record(
          {},
          {
            request_url: webUrl(3500),
            bot_events: list(text({ max: 50 }), { max: 100, unique: true }),
            user_events: list(text({ max: 50 }), { max: 100, unique: true }),
          },
        ),
        interactivity: record(
          { is_enabled: flag },
          { request_url: webUrl(3500), message_menu_options_url: webUrl(3500) },
        ),
        org_deploy_enabled: flag,
        socket_mode_enabled: flag,
        token_rotation_enabled: flag,
        is_hosted: flag,
      },
    ),
  },
);

/** The parts of a manifest that decide what Slack delivers, after validation. */
export interface Manifest {
  readonly commands: ReadonlyMap<string, { readonly shouldEscape: boolean }>;
  readonly shortcuts: ReadonlyMap<string, 'message' | 'global'>;
  readonly events: readonly string[];
  readonly scopes: readonly string[];
  readonly interactive: boolean;
  readonly socketMode: boolean;
  readonly homeTab: boolean;
  readonly json: Json;
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce((held, key) => (isRecord(held) ? held[key] : undefined), value);
const listAt = (value: unknown, ...path: string[]): unknown[] => {
  const held = at(value, ...path);
  return Array.isArray(held) ? held : [];
};

/**
 * Every reason why Slack would refuse this manifest; none means it is taken.
 * Stricter than Slack: an event that isn't listed here is refused, so that a misspelt one shows.
 * Source: docs.slack.dev, "App manifest reference", and the published schema in slackapi/manifest-schema, read 2026-11.
 */
export function validateManifest(json: unknown): Problem[] {
  const problems = problemsIn(manifestShape, json);
  const say = (pointer: string, message: string) => problems.push({ pointer, message });
  const scopes = listAt(json, 'oauth_config', 'scopes', 'bot').map(String);
  const socket = at(json, 'settings', 'socket_mode_enabled') === true;
  const interactive = at(json, 'settings', 'interactivity', 'is_enabled') === true;
  const commands = listAt(json, 'features', 'slash_commands');
  const shortcuts = listAt(json, 'features', 'shortcuts');
  const events = listAt(json, 'settings', 'event_subscriptions', 'bot_events').map(String);
  const home = at(json, 'features', 'app_home');

  for (const [index, scope] of scopes.entries())
    if (!botScopes.has(scope)) say(`/oauth_config/scopes/bot/${index}`, `unknown scope: ${scope}`);
  const need = (scope: string, pointer: string) => {
    if (!scopes.includes(scope)) say(pointer, `requires the bot scope ${scope}`);
  };
  if (commands.length > 0) need('commands', '/features/slash_commands');
  if (shortcuts.length > 0) need('commands', '/features/shortcuts');
  if (scopes.length > 0 && at(json, 'features', 'bot_user') === undefined)
    say('/features', 'bot scopes require features.bot_user');
  if (shortcuts.length > 0 && !interactive) say('/settings', 'shortcuts require interactivity');
  for (const type of ['message', 'global'])
    if (shortcuts.filter((one) => at(one, 'type') === type).length > 5)
      say('/features/shortcuts', `no more than 5 ${type} shortcuts`);
  unique(commands, 'command', '/features/slash_commands');
  unique(shortcuts, 'callback_id', '/features/shortcuts');

  for (const [index, event] of events.entries()) {
    const pointer = `/settings/event_subscriptions/bot_events/${index}`;
    const needed = eventScopes[event];
    if (!needed) say(pointer, `unknown bot event: ${event}`);
    else for (const scope of needed) need(scope, pointer);
  }
  if (
    events.includes('app_home_opened') &&
    at(home, 'home_tab_enabled') !== true &&
    at(home, 'messages_tab_enabled') !== true
  )
    say('/features/app_home', 'app_home_opened requires a tab of app_home');

  const urls: [unknown, string, boolean][] = [
    ...commands.map((one, index): [unknown, string, boolean] => [
      at(one, 'url'),
      `/features/slash_commands/${index}/url`,
      true,
    ]),
    [
      at(json, 'settings', 'event_subscriptions', 'request_url'),
      '/settings/event_subscriptions/request_url',
      events.length > 0,
    ],
    [at(json, 'settings', 'interactivity', 'request_url'), '/settings/interactivity/request_url', interactive],
  ];
  for (const [url, pointer, needed] of urls) {
    if (socket && url !== undefined) say(pointer, 'no URL with Socket Mode');
    if (!socket && needed && url === undefined) say(pointer, 'a URL is required without Socket Mode');
  }
  return problems;

  function unique(items: unknown[], key: string, pointer: string): void {
    const values = items.map((one) => at(one, key));
    if (new Set(values).size < values.length) say(pointer, `${key} must be unique`);
  }
}

/** @throws Error with every problem when Slack would refuse the manifest. */
export function readManifest(json: unknown): Manifest {
  const problems = validateManifest(json);
  if (problems.length > 0)
    throw new Error(
      `Slack would refuse this manifest:\n${problems.map(({ pointer, message }) => `  ${pointer || '/'}: ${message}`).join('\n')}`,
    );
  const commands = listAt(json, 'features', 'slash_commands').map(
    (one) => [String(at(one, 'command')), { shouldEscape: at(one, 'should_escape') === true }] as const,
  );
  const shortcuts = listAt(json, 'features', 'shortcuts').map(
    (one) => [String(at(one, 'callback_id')), at(one, 'type') as 'message' | 'global'] as const,
  );
  return {
    commands: new Map(commands),
    shortcuts: new Map(shortcuts),
    events: listAt(json, 'settings', 'event_subscriptions', 'bot_events').map(String),
    scopes: listAt(json, 'oauth_config', 'scopes', 'bot').map(String),
    interactive: at(json, 'settings', 'interactivity', 'is_enabled') === true,
    socketMode: at(json, 'settings', 'socket_mode_enabled') === true,
    homeTab: at(json, 'features', 'app_home', 'home_tab_enabled') === true,
    json: json as Json,
  };
}
