import { describe, expect, test } from 'vitest';
import { personId } from '../../src/domain/person.ts';
import { discordStage } from '../platforms/discord/stage.ts';
import { scene } from '../platforms/slack/setup.ts';
import { alerting, dayMs } from './alerting.ts';

const words = 'The image service openai fails Easel.';

async function onDiscord() {
  const { discord, bot } = await discordStage();
  const { users, channels } = discord.about();
  const [ana, ben] = [users.ana ?? '', users.ben ?? ''].map((id) => personId('discord', id));
  if (!ana || !ben) throw new RangeError('nobody is there');
  return {
    discord,
    platform: bot(),
    ana,
    ben,
    channel: { platform: 'discord', channel: channels.art ?? '' } as const,
    inChannel: () => discord.messages('art').map(({ content }) => content),
    toAna: () => discord.messages('dm:ana').map(({ content }) => content),
  };
}

describe('an alert is told', () => {
  test('in the channel for it, where there is one, and nowhere else', async () => {
    const { platform, ana, channel, inChannel, toAna, discord } = await onDiscord();
    const { alert, lines } = await alerting();
    await alert({ channel, admins: [ana], platforms: [platform] })('account openai', words);
    expect([inChannel(), toAna(), lines()]).toEqual([[words], [], []]);
    expect(discord.pings()).toEqual([]);
    expect(discord.violations()).toEqual([]);
  });

  test('in a channel of Slack, which is named by team and channel', async () => {
    const { slack, bot, close } = await scene();
    const { alert, lines } = await alerting();
    const { teamId } = slack.identity();
    const channel = { platform: 'slack', channel: `${teamId}/${slack.channel('#studio').id}` } as const;
    const platform = bot();
    await alert({ channel, platforms: [platform] })('account openai', words);
    expect(slack.messages('#studio').map(({ text }) => text)).toEqual([words]);
    expect(lines()).toEqual([]);
    expect(slack.violations()).toEqual([]);
    await close();
  });

  test('else to the first admin who can be reached, directly', async () => {
    const { platform, ana, ben, inChannel, toAna, discord } = await onDiscord();
    const { alert, lines } = await alerting();
    const admins = [personId('slack', 'T1/U1'), ana, ben];
    await alert({ admins, platforms: [platform] })('account openai', words);
    expect([inChannel(), toAna(), lines()]).toEqual([[], [words], []]);
    expect(discord.messages('dm:ben')).toEqual([]);
  });

  test('to the first admin also where the channel is on a platform that is off', async () => {
    const { platform, ana, toAna } = await onDiscord();
    const { alert } = await alerting();
    const channel = { platform: 'slack', channel: 'T1/C1' } as const;
    await alert({ channel, admins: [ana], platforms: [platform] })('account openai', words);
    expect(toAna()).toEqual([words]);
  });

  test('else to whoever sits at the console', async () => {
    const { alert, lines } = await alerting();
    await alert()('account openai', words);
    expect(lines()).toEqual([words]);
  });

  test('to nobody but the log where there is nobody, without failing', async () => {
    const { alert, lines } = await alerting();
    await expect(alert({ headless: true })('account openai', words)).resolves.toBeUndefined();
    expect(lines()).toEqual([]);
  });
});

describe('the same event', () => {
  test('is told once a day, also by another process', async () => {
    const { alert, lines, clock } = await alerting();
    const one = alert();
    await one('account openai', words);
    await one('account openai', words);
    await alert()('account openai', words);
    expect(lines()).toHaveLength(1);
    await clock.advance(dayMs);
    await one('account openai', words);
    await one('account openai', words);
    expect(lines()).toHaveLength(2);
  });

  test('is told again on the next day, however short it is away', async () => {
    const { alert, lines, clock } = await alerting(Date.UTC(2026, 10, 20, 23, 59));
    const tell = alert();
    await tell('ledger', words);
    await clock.advance(60_000);
    await tell('ledger', words);
    expect(lines()).toHaveLength(2);
  });

  test('is told once when it happens twice at the same moment', async () => {
    const { alert, lines } = await alerting();
    const tell = alert();
    await Promise.all([tell('account openai', words), tell('account openai', words)]);
    expect(lines()).toEqual([words]);
  });

  test('does not hide another one', async () => {
    const { alert, lines } = await alerting();
    const tell = alert();
    await Promise.all([tell('account openai', 'one'), tell('account relay', 'two'), tell('ledger', 'three')]);
    expect(lines().toSorted()).toEqual(['one', 'three', 'two']);
  });
});

test('what could not be told is told at the next event of that day, and then no more', async () => {
  const { platform, channel, inChannel, discord } = await onDiscord();
  const { alert } = await alerting();
  const tell = alert({ channel, platforms: [platform] });
  discord.fail({ method: 'POST', path: '/messages$' }, { status: 403, code: 50001 });
  await expect(tell('account openai', words)).resolves.toBeUndefined();
  expect(inChannel()).toEqual([]);
  await tell('account openai', words);
  await tell('account openai', words);
  expect(inChannel()).toEqual([words]);
});

test('an admin who takes no direct messages does not make the next event fail', async () => {
  const { platform, ana, toAna, discord } = await onDiscord();
  const { alert } = await alerting();
  const tell = alert({ admins: [ana], platforms: [platform] });
  discord.fail({ path: '/users/@me/channels$' }, { status: 403, code: 50007 });
  await tell('ledger', words);
  await tell('account openai', 'another');
  expect(toAna()).toEqual(['another']);
});
