import { describe, expect, test } from 'vitest';
import type { Preview } from '../../../src/domain/card.ts';
import type { JobId } from '../../../src/domain/job.ts';
import { bytes, card, discordStage, result, sha256, showing } from './stage.ts';

const mebibyte = 1024 * 1024;

/** A job of ben's whose thread and card are open. */
async function opened(options: Parameters<typeof discordStage>[0] = {}, where = 'art') {
  const stage = await discordStage(options);
  const { platform, asked } = await stage.start();
  const first = await asked({ user: 'ben', channel: where });
  const show = showing(platform, first, await first.respond.announce('Someone asked for a red fox'));
  const thread = show.thread();
  await thread.open(show.opening);
  const own = () => stage.discord.messages().filter(({ author }) => author.bot);
  const posted = () => own().filter(({ attachments }) => attachments.length > 0);
  return { ...stage, platform, asked, show, thread, own, posted };
}

describe('the card', () => {
  test('shows words, a bar and a preview, and loses what it no longer has', async () => {
    const { discord, show, thread, own } = await opened();
    const preview: Preview = { bytes: bytes(1), format: 'webp', alt: 'So far' };
    await thread.update(card(show.job, 'Being made', { bar: 0.4, preview }));
    expect(own().at(-1)).toMatchObject({
      content: 'Being made\n▓▓▓▓░░░░░░ 40 %',
      attachments: [{ sha256: sha256(preview.bytes), description: 'So far', filename: 'preview.webp' }],
    });
    const other: Preview = { ...preview, bytes: bytes(2) };
    await thread.update(card(show.job, 'Being made', { preview: other, buttons: [] }));
    expect(
      own()
        .at(-1)
        ?.attachments.map((file) => file.sha256),
    ).toEqual([sha256(other.bytes)]);
    expect(own().at(-1)?.components).toEqual([]);
    await thread.update(card(show.job, 'Done'));
    expect(own().at(-1)).toMatchObject({ content: 'Done', attachments: [] });
    expect(own()).toHaveLength(2);
    expect(discord.violations()).toEqual([]);
  });

  test('is not sent a preview twice', async () => {
    const { discord, show, thread, own } = await opened();
    const preview: Preview = { bytes: bytes(1, 50_000), format: 'webp', alt: 'So far' };
    await thread.update(card(show.job, 'Being made', { preview }));
    await thread.update(card(show.job, 'Nearly there', { preview }));
    expect(own().at(-1)?.attachments).toHaveLength(1);
    expect(discord.requests().filter(({ bytes: sent }) => sent > 50_000)).toHaveLength(1);
  });

  test('that somebody deleted, or whose thread sleeps, is left alone', async () => {
    const { discord, show, thread, own } = await opened();
    discord.archiveThread(discord.threads()[0]?.id ?? '');
    await thread.update(card(show.job, 'Being made'));
    expect(own().at(-1)?.content).toBe('Waiting');
    discord.archiveThread(discord.threads()[0]?.id ?? '', false);
    discord.deleteMessage(own().at(-1)?.id ?? '');
    await thread.update(card(show.job, 'Being made'));
    expect(own()).toHaveLength(1);
  });

  test('is replaced by a new one when it is too old to be edited', async () => {
    const { discord, show, thread, own } = await opened();
    discord.fail({ method: 'PATCH' }, { status: 400, code: 30046 });
    await thread.update(card(show.job, 'Still being made'));
    await thread.update(card(show.job, 'Nearly there'));
    expect(own().map(({ content }) => content)).toEqual(['Someone asked for a red fox', 'Waiting', 'Nearly there']);
  });

  test('throws what can be mended by the next update', async () => {
    const { discord, show, thread, own } = await opened();
    discord.fail({ method: 'PATCH' }, { status: 503, times: 4 });
    await expect(thread.update(card(show.job, 'Being made'))).rejects.toMatchObject({ code: 'unreachable' });
    await thread.update(card(show.job, 'Being made'));
    expect(own().at(-1)?.content).toBe('Being made');
  });
});

describe('the result', () => {
  test('has the original bytes, alt text, names and buttons, and pings the asker alone', async () => {
    const { discord, show, thread, posted } = await opened();
    const asker = discord.about().users.ben ?? '';
    const text = [{ person: `discord:${asker}` as never }, ' <@100000000000000001> @everyone'];
    await thread.post({ ...result(show.job, 4), text }, false);
    expect(posted()).toHaveLength(1);
    expect(posted()[0]?.attachments).toMatchObject(
      result(show.job, 4).pictures.map(({ bytes: original, alt, fileName }) => ({
        sha256: sha256(original),
        description: alt,
        filename: fileName,
        contentType: 'image/png',
      })),
    );
    expect(posted()[0]?.components).toMatchObject([
      {
        components: [
          { label: 'Again', custom_id: `again:${show.job}`, disabled: false },
          { label: 'Edit', custom_id: `edit:${show.job}`, disabled: true },
          { label: 'Details', custom_id: `details:${show.job}` },
          { label: 'Delete', custom_id: `delete:${show.job}` },
        ],
      },
    ]);
    expect(discord.pings().map(({ id }) => id)).toEqual([asker]);
    expect(discord.violations()).toEqual([]);
  });

  test.each([
    [0, []],
    [1, [1]],
    [5, [5]],
    [6, [3, 3]],
    [7, [4, 3]],
    [11, [4, 4, 3]],
  ])('has %i buttons in rows of about the same length: %j', async (count, rows) => {
    const { show, thread, posted, discord } = await opened();
    const buttons = Array.from({ length: count }, (_, n) => ({
      ...{ action: 'vary' as const, job: `${show.job}-${n}` as JobId, label: `${n}`, disabled: false },
    }));
    await thread.post({ ...result(show.job), buttons }, false);
    const components = posted()[0]?.components as { components: { label: string }[] }[];
    expect(components.map((row) => row.components.length)).toEqual(rows);
    const labels = components.flatMap((row) => row.components.map(({ label }) => label));
    expect(labels).toEqual(buttons.map(({ label }) => label));
    expect(discord.violations()).toEqual([]);
  });

  test.each([1, 2, 3])('is posted once when upload %i answers an error after having worked', async (times) => {
    const { discord, show, thread, posted } = await opened();
    discord.fail({ method: 'POST', path: '/messages$' }, { status: 500, afterWorking: true, times });
    await thread.post(result(show.job), false);
    expect(posted()).toHaveLength(1);
    expect(show.place()).toMatchObject({ result: posted()[0]?.id });
  });

  test('is posted once when all tries of one process are lost, also long after', async () => {
    for (const waitMs of [0, 3_600_000]) {
      const { discord, show, bot, posted } = await opened();
      discord.fail({ method: 'POST', path: '/messages$' }, { status: 500, afterWorking: true, times: 4 });
      await expect(show.thread().post(result(show.job), false)).rejects.toMatchObject({ code: 'unreachable' });
      discord.advance(waitMs);
      await show.thread(bot()).post(result(show.job), true);
      expect(posted()).toHaveLength(1);
    }
  });

  test('is posted when the connection breaks in the middle', async () => {
    const { discord, show, thread, posted } = await opened();
    discord.fail({ method: 'POST', path: '/messages$' }, { drop: true, afterWorking: true });
    await thread.post(result(show.job), false).catch(() => thread.post(result(show.job), true));
    expect(posted()).toHaveLength(1);
  });

  test('goes beside a thread that was locked or deleted, once', async () => {
    for (const close of ['lockThread', 'deleteChannel'] as const) {
      const { discord, show, bot, posted } = await opened();
      discord[close](discord.threads()[0]?.id ?? '');
      const before = show.steps();
      await show.thread().post(result(show.job), false);
      await show.thread(bot(), before).post(result(show.job), true);
      expect(posted()).toHaveLength(1);
      expect(posted()[0]?.channelId).toBe(discord.about().channels.art);
      await show.thread().remove();
      expect(posted()).toEqual([]);
    }
  });

  test('wakes a sleeping thread', async () => {
    const { discord, show, thread, posted } = await opened();
    discord.archiveThread(discord.threads()[0]?.id ?? '');
    await thread.post(result(show.job), false);
    expect(posted()[0]?.channelId).toBe(discord.threads()[0]?.id);
  });

  test.each([
    [403, 50013, 'no-access'],
    [404, 10003, 'no-access'],
    [413, 40005, 'bug'],
    [400, 50035, 'bug'],
    [403, 40333, 'overloaded'],
    [401, 0, 'account'],
    [503, 0, 'unreachable'],
  ])('that Discord refuses with %i %i is a fault %s', async (status, code, fault) => {
    const { discord, show, thread } = await opened();
    discord.fail({ method: 'POST', path: '/messages$' }, { status, code, times: 4 });
    const posting = thread.post(result(show.job), false);
    await expect(posting).rejects.toMatchObject({ name: 'Fault', code: fault });
  });

  test('can be taken away, and may be again', async () => {
    const { discord, show, posted, bot } = await opened();
    await show.thread().post(result(show.job), false);
    const [message] = posted();
    discord.deleteMessage(message?.id ?? '');
    await show.thread(bot()).remove();
    expect(posted()).toEqual([]);
  });
});

describe('the size of a picture', () => {
  test.each([
    [0, 10, 10],
    [1, 10, 10],
    [2, 50, 24],
    [3, 100, 24],
  ] as const)('with boosts at level %i fits the file and the whole request', async (boostTier, file, least) => {
    const guilds = [{ name: 'Fox Den', boostTier, channels: [{ name: 'art' }] }];
    const { thread } = await opened({ guilds });
    expect(thread.pictureBytesMax(1)).toBeGreaterThanOrEqual(Math.min(least, file) * mebibyte);
    expect(thread.pictureBytesMax(1)).toBeLessThanOrEqual(Math.min(file, 25) * mebibyte);
    expect(thread.pictureBytesMax(4) * 4).toBeLessThan(25 * mebibyte);
  });

  test('that is as large as said is taken by Discord', async () => {
    const { discord, show, thread, posted } = await opened({
      guilds: [{ name: 'Fox Den', boostTier: 2, channels: [{ name: 'art' }] }],
    });
    const pictures = result(show.job, 4).pictures.map((picture) => ({
      ...picture,
      bytes: new Uint8Array(thread.pictureBytesMax(4)),
      alt: 'x'.repeat(1_000),
    }));
    await thread.post({ ...result(show.job), pictures }, false);
    expect(posted()[0]?.attachments).toHaveLength(4);
    expect(discord.violations()).toEqual([]);
  });
});
