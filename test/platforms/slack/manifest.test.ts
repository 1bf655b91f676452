import { expect, test } from 'vitest';
import { usageHint } from '../../../src/domain/command-text.ts';
import { events, scopes, slackManifest } from '../../../src/platforms/slack/register.ts';
import { eventScopes } from '../../fakes/slack/manifest.ts';
import { validateManifest } from '../../fakes/slack/server.ts';
import { commands, scene } from './setup.ts';

const http = { socketMode: false, publicUrl: 'https://easel.example/base/' };

test('Slack takes the manifest, with Socket Mode and over HTTP', () => {
  expect(validateManifest(slackManifest(commands, { socketMode: true }))).toEqual([]);
  expect(validateManifest(slackManifest(commands, http))).toEqual([]);
});

test('every command is in it, says how it is typed, and gets people with their ids', () => {
  const declared = slackManifest(commands, { socketMode: true }).features?.slash_commands ?? [];
  expect(declared.map(({ command }) => command)).toEqual(commands.map(({ name }) => `/${name}`));
  expect(declared.every(({ should_escape }) => should_escape)).toBe(true);
  const imagine = commands.find(({ name }) => name === 'imagine');
  expect(imagine && declared[0]?.usage_hint).toContain(imagine && usageHint(imagine).slice(0, 200));
});

test('over HTTP everything goes to one address, and without an address there is no manifest', () => {
  const { features, settings } = slackManifest(commands, http);
  const urls = [
    ...(features?.slash_commands ?? []).map(({ url }) => url),
    settings?.event_subscriptions?.request_url,
    settings?.interactivity?.request_url,
  ];
  expect(new Set(urls)).toEqual(new Set(['https://easel.example/slack/events']));
  expect(() => slackManifest(commands, { socketMode: false })).toThrow('PUBLIC_URL');
});

test('every scope and event says why, and events have the scopes they need', () => {
  for (const { why } of [...scopes, ...events]) expect(why).toMatch(/^(to|the) /);
  const granted: string[] = scopes.map(({ scope }) => scope);
  for (const { event } of events) expect(granted).toEqual(expect.arrayContaining([...(eventScopes[event] ?? [])]));
});

test('the shortcut on messages is there as long as pictures can be edited, within the limits of Slack', () => {
  const declared = (some: typeof commands) => slackManifest(some, { socketMode: true }).features?.shortcuts;
  expect(declared(commands)).toMatchObject([{ name: 'Edit this picture', type: 'message', callback_id: 'easel:edit' }]);
  const without = commands.filter(({ name }) => name !== 'edit');
  expect(declared(without)).toBeUndefined();
  expect(validateManifest(slackManifest(without, http))).toEqual([]);
});

test('Easel hears mentions, and what is said in every kind of conversation', () => {
  const heard = ['app_mention', 'message.channels', 'message.groups', 'message.im', 'message.mpim'];
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(heard));
});

test('with a configuration token the app is updated, and keeps the name that the team gave it', async () => {
  const { slack, bot, close } = await scene();
  const own = slackManifest(commands.slice(0, 1), { socketMode: true });
  slack.useManifest({ ...own, display_information: { name: 'Pixel' } });
  const said = await bot({ configurationToken: slack.tokens().configuration }).register(commands);
  expect(said).toBe(`Slack's app A0FAKEAPP01 knows ${commands.length} commands now.`);
  const [update] = slack.requests('apps.manifest.update');
  const manifest = JSON.parse(String(update?.given.manifest)) as ReturnType<typeof slackManifest>;
  expect(manifest.display_information.name).toBe('Pixel');
  expect(manifest.features?.slash_commands).toHaveLength(commands.length);
  await close();
});

test('without one it says how to do it, and with an old one what is wrong', async () => {
  const { bot, close } = await scene();
  expect(await bot().register(commands)).toContain('npm run --silent register');
  await expect(bot({ configurationToken: 'xoxe.xoxp-old' }).register(commands)).rejects.toThrow('lasts twelve hours');
  await close();
});
