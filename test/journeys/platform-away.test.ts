import { expect, test } from 'vitest';
import { type Chat, discordChat, kinds, results, slackChat, studio } from './chats.ts';
import type { Studio } from './studio.ts';

const nobody = 1_000_000;

async function readiness(place: Studio) {
  const answer = await fetch(`http://127.0.0.1:${place.web().port}/readyz`);
  return { status: answer.status, body: await answer.json() };
}

const ready = { status: 200, body: { status: 'ready' } };
const without = (platform: string) => ({
  status: 503,
  body: { status: 'not ready', problems: [`${platform} is not connected`] },
});

/** A whole journey on this platform, as on any other day. */
async function serves(chat: Chat): Promise<void> {
  chat.command('imagine', { prompt: 'a red fox' });
  await results(chat);
  expect(kinds(chat.posts())).toEqual(chat.journey);
  expect(chat.violations()).toEqual([]);
}

/** Time flies until it is ready. */
const comesBack = (place: Studio) =>
  place.clock.flyUntil(expect.poll(() => readiness(place), { timeout: 20_000 }).toEqual(ready));

test('Easel starts without Discord, serves Slack, and connects when Discord is back', async () => {
  const place = await studio({
    env({ discord }) {
      discord.fail({ path: '/gateway/bot' }, { drop: true, times: nobody });
      return {};
    },
  });
  expect(await readiness(place)).toEqual(without('discord'));
  await serves(slackChat(place));

  place.discord.clearFaults();
  await comesBack(place);
  await serves(discordChat(place));
});

test('Easel starts without Slack, serves Discord, and connects when Slack is back', async () => {
  const place = await studio({
    env({ slack }) {
      slack.fail({ method: 'auth.test' }, { drop: true, times: nobody });
      return {};
    },
  });
  expect(await readiness(place)).toEqual(without('slack'));
  await serves(discordChat(place));

  place.slack.clearFaults();
  await comesBack(place);
  await serves(slackChat(place));
});

test('it goes on trying, with Discord refusing in between', async () => {
  const place = await studio({
    env({ discord }) {
      discord.fail({ path: '/gateway/bot' }, { status: 503, times: 20 });
      return {};
    },
  });
  expect(await readiness(place)).toEqual(without('discord'));
  await comesBack(place);
  await serves(discordChat(place));
});

// The login waits for the gateway for ever; the start does not.
test('Easel starts although Discord answers and its gateway does not', async () => {
  const place = await studio({
    env({ discord }) {
      discord.dropGateway({ stayDown: true });
      return {};
    },
  });
  expect(await readiness(place)).toEqual(without('discord'));
  await serves(slackChat(place));

  place.discord.restoreGateway();
  await comesBack(place);
  await serves(discordChat(place));
});

test('a gateway that goes away at work is named by /readyz until it is back', async () => {
  const place = await studio();
  expect(await readiness(place)).toEqual(ready);
  place.discord.dropGateway({ stayDown: true });
  await expect.poll(() => readiness(place)).toEqual(without('discord'));
  await serves(slackChat(place));
  place.discord.restoreGateway();
  await comesBack(place);
  await serves(discordChat(place));
});

test('a stop does not wait for a platform that is away', async () => {
  const place = await studio({
    env({ slack }) {
      slack.fail({ method: 'auth.test' }, { drop: true, times: nobody });
      return {};
    },
  });
  await place.restart(undefined, async () => place.slack.clearFaults());
  expect(await readiness(place)).toEqual(ready);
  await serves(slackChat(place));
});

test('a job of a platform that is away waits for it and is then shown', async () => {
  const place = await studio();
  const chat = discordChat(place);
  place.openai.hold();
  chat.command('imagine', { prompt: 'a red fox' });
  await place.openai.untilHeld(1);
  await place.restart(undefined, async () => {
    place.openai.release();
    place.discord.fail({ path: '' }, { status: 503, times: nobody });
  });
  expect(await readiness(place)).toEqual(without('discord'));
  await place.openai.untilEnded(2);
  place.discord.clearFaults();
  await comesBack(place);
  await place.clock.flyUntil(results(chat));
  expect(kinds(chat.posts())).toEqual(chat.journey);
  expect((await place.recount()).findings).toEqual([]);
});
