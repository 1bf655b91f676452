import type { AppsManifestUpdateArguments } from '@slack/web-api';
import type { Command } from '../../domain/command.ts';
import { usageHint } from '../../domain/command-text.ts';
import { clip } from '../../domain/text.ts';

/** Of the published schema, what the SDK knows. */
export type Manifest = AppsManifestUpdateArguments['manifest'];

/** What Easel may do in a workspace, and why it must. */
export const scopes = [
  { scope: 'commands', why: 'to be asked with /imagine and the other slash commands' },
  { scope: 'chat:write', why: 'to post the request, its progress and the result' },
  { scope: 'channels:join', why: 'to answer in a public channel that nobody has invited it to' },
  { scope: 'files:write', why: 'to post pictures, and to delete them when asked' },
  {
    scope: 'files:read',
    why: 'to change pictures that people post, and to see whether its own has been posted already, so that it is never posted twice',
  },
  { scope: 'app_mentions:read', why: 'to be asked by its name' },
  {
    scope: 'channels:history',
    why: 'to hear answers under its pictures in public channels, and to find its own messages after a restart, instead of repeating them',
  },
  { scope: 'groups:history', why: 'the same in private channels' },
  { scope: 'im:history', why: 'the same in direct messages' },
  { scope: 'mpim:history', why: 'the same in group messages' },
  {
    scope: 'im:write',
    why: 'to send a picture directly to the person when it cannot be posted where it was asked for',
  },
  {
    scope: 'users:read',
    why: 'to know who is an admin or owner, who is no member of the workspace, and what people are called',
  },
] as const;

/** What Easel is told without asking, and why. */
export const events = [
  { event: 'app_mention', why: 'to be asked by its name, with pictures' },
  {
    event: 'message.channels',
    why: 'to hear answers under its pictures in public channels; what is said outside of threads without its name is dropped at once',
  },
  { event: 'message.groups', why: 'the same in private channels' },
  { event: 'message.mpim', why: 'the same in group messages' },
  { event: 'message.im', why: 'to be asked in direct messages' },
  { event: 'app_uninstalled', why: 'to say in the log that it was removed, instead of failing without a reason' },
  { event: 'tokens_revoked', why: 'the same when its token was taken away' },
] as const;

/** The entry in the menu of every message. Source: docs.slack.dev, "Shortcuts", read 2026-11. */
export const editShortcut = {
  name: 'Edit this picture',
  type: 'message',
  callback_id: 'easel:edit',
  description: 'Say what should change; the new picture comes in the thread of this message.',
} as const;

/** Where Slack sends everything in HTTP mode. */
export const endpoint = '/slack/events';

export interface ManifestWishes {
  /** True: over a connection that Easel opens. False: to `publicUrl`. */
  readonly socketMode: boolean;
  readonly publicUrl?: string | undefined;
}

/**
 * The whole app, to be pasted into "create an app from a manifest".
 * Source: docs.slack.dev, "App manifest reference", read 2026-11.
 * @throws RangeError in HTTP mode without an address
 */
export function slackManifest(commands: readonly Command[], { socketMode, publicUrl }: ManifestWishes): Manifest {
  if (!socketMode && !publicUrl)
    throw new RangeError('Slack over HTTP needs PUBLIC_URL, the address it can reach Easel at.');
  const url = socketMode ? undefined : new URL(endpoint, publicUrl).href;
  return {
    display_information: {
      name: 'Easel',
      description: 'Your team’s image studio: type /imagine and get pictures in the thread.',
      long_description:
        'Easel makes pictures where your team talks. Type /imagine and a few words: it says what the picture costs, shows ' +
        'how far it is, and posts the finished picture in the thread, with a text alternative. Credits keep the bill in ' +
        'hand: admins grant them, and what is not delivered is not charged.',
      background_color: '#4a154b',
    },
    features: {
      app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'easel', always_online: true },
      ...(commands.some(isEdit) ? { shortcuts: [editShortcut] } : {}),
      slash_commands: commands.map((command) => slashCommand(command, url)),
    },
    oauth_config: { scopes: { bot: scopes.map(({ scope }) => scope) } },
    settings: {
      event_subscriptions: { ...(url ? { request_url: url } : {}), bot_events: events.map(({ event }) => event) },
      interactivity: { is_enabled: true, ...(url ? { request_url: url } : {}) },
      org_deploy_enabled: false,
      socket_mode_enabled: socketMode,
      token_rotation_enabled: false,
    },
  };
}

const isEdit = ({ kind, name }: Command): boolean => kind === 'image' && name === 'edit';

/** With `should_escape`, people arrive with their ids instead of as bare names. */
function slashCommand(command: Command, url: string | undefined) {
  const hint = clip(usageHint(command), 1_000);
  return {
    command: `/${command.name}`,
    description: clip(command.summary, 2_000),
    should_escape: true,
    ...(hint ? { usage_hint: hint } : {}),
    ...(url ? { url } : {}),
  };
}
