import { describe, expect, test } from 'vitest';
import type { FileRef } from '../../../src/domain/image-source.ts';
import { fileHosts } from '../../../src/platforms/discord/file.ts';
import { heldPictures } from '../../../src/platforms/discord/held-pictures.ts';
import type { DiscordHandle as Discord } from '../../fakes/discord/server.ts';
import { bytes, card, discordStage, edit, imagine } from './stage.ts';

const upload = (name: string) => ({ filename: name, bytes: bytes(1) });

describe('a picked message', () => {
  const picked = async (message: (discord: Discord) => string) => {
    const { discord, start } = await discordStage();
    const { platform, heard } = await start({}, [edit]);
    const { request } = await heard(() => discord.messageCommand('Edit this picture', message(discord)));
    return { platform, discord, files: 'picked' in request.ask ? request.ask.picked.files : [] };
  };

  test('brings its files, of anybody, whatever it says', async () => {
    const { discord, start } = await discordStage();
    const { heard } = await start({}, [edit]);
    const theirs = discord.message('art', 'ana', 'look', { attachments: [upload('a.png'), upload('b.webp')] });
    const { request } = await heard(() => discord.messageCommand('Edit this picture', theirs.id, { user: 'ben' }));
    const holder = { platform: 'discord', channel: theirs.channelId, message: theirs.id };
    expect(request.ask).toMatchObject({
      picked: {
        messages: [`discord:${theirs.id}`],
        files: [
          { ...holder, name: 'a.png' },
          { ...holder, name: 'b.webp' },
        ],
      },
    });
    expect(request.place).toMatchObject({ channel: theirs.channelId, asker: discord.about().users.ben });
    const bare = discord.message('art', 'ana', 'nothing here');
    const empty = await heard(() => discord.messageCommand('Edit this picture', bare.id));
    expect(empty.request.ask).toEqual({ picked: { messages: [`discord:${bare.id}`], files: [] } });
  });

  test('brings no files that surely are no pictures', async () => {
    const attachments = [
      ...['brief.pdf', 'dog.png', 'walk.mp4', 'notes.txt', 'x.MP3', 'logo.svg', 'unnamed'].map(upload),
      { ...upload('all'), contentType: 'application/zip' },
      { ...upload('IMG_1.HEIC'), contentType: 'image/heic' },
    ];
    const { files } = await picked((discord) => discord.message('art', 'ana', 'for you', { attachments }).id);
    expect(files.map(({ name }) => name)).toEqual(['dog.png', 'logo.svg', 'unnamed', 'IMG_1.HEIC']);
  });

  test('brings the pictures that it passes on, which may be ones of Easel', async () => {
    let original = '';
    const { files, platform } = await picked((discord) => {
      original = discord.message('general', 'ana', 'look', { attachments: [upload('a.png'), upload('b.mp4')] }).id;
      return discord.forward(original, 'art', 'ana').id;
    });
    expect(files).toMatchObject([{ name: 'a.png', key: `discord:${original}` }]);
    expect(JSON.parse(JSON.stringify(files))).toEqual(files);
    expect(await platform.download(files[0] as FileRef, 10_000)).toHaveLength(4_000);
  });

  test('brings the pictures that its links show, as Discord passes them on', async () => {
    const url = 'https://pictures.example/foxes/a%20fox.png';
    const { files, platform, discord } = await picked(
      (on) => on.message('art', 'ana', `look ${url}`, { linked: [{ url, bytes: bytes(1) }] }).id,
    );
    expect(files).toMatchObject([{ platform: 'discord', name: 'a fox.png', bytes: undefined }]);
    expect(String(files[0]?.url)).toMatch(new RegExp(`^${discord.url}/`));
    const [file] = JSON.parse(JSON.stringify(files)) as FileRef[];
    expect(await platform.download(file as FileRef, 10_000)).toHaveLength(4_000);
    expect(await platform.download(file as FileRef, 3_000)).toMatchObject({ refused: 'unusable' });
  });

  test('of Easel is its picture, and never the small one on its card', async () => {
    const { discord, start } = await discordStage();
    const { platform, posted, heard } = await start({}, [imagine, edit]);
    const { show, picture } = await posted({ channel: 'art' });
    const preview = { bytes: bytes(3), format: 'jpeg' as const, alt: 'preview' };
    await show.thread(platform).update(card(show.job, 'half done', { preview }));
    const { root, card: cardId } = show.place();
    for (const [id, count] of [
      [String(root), 0],
      [String(cardId), 0],
      [picture.id, 1],
    ] as const) {
      const { request } = await heard(() => discord.messageCommand('Edit this picture', id, { user: 'ben' }));
      const { messages, files } = 'picked' in request.ask ? request.ask.picked : { messages: [], files: [] };
      expect(platform.shown(show.place()).messages).toContain(messages[0]);
      expect(files).toHaveLength(count);
    }
  });
});

describe('of what links show', () => {
  const proxied = 'https://images-ext-1.discordapp.net/external/a/https/x.example/fox.png';
  const hosted = 'https://cdn.discordapp.com/attachments/1/2/fox.png?ex=1&is=2&hm=3';
  const elsewhere = 'https://x.example/fox.png';
  const pictures = (...embeds: object[]) =>
    heldPictures({ id: '7', channel_id: '20', embeds } as never, fileHosts(undefined)).map(({ url }) => url);

  test.each([
    ['a copy that Discord passes on', { thumbnail: { url: elsewhere, proxy_url: proxied } }, [proxied]],
    ['a file on Discord itself', { image: { url: hosted, proxy_url: `${proxied}?x` } }, [hosted]],
    ['the picture before the small one', { image: { url: hosted }, thumbnail: { url: proxied } }, [hosted]],
    ['nothing that stands elsewhere', { image: { url: elsewhere } }, []],
    ['nothing that only looks like Discord', { image: { url: 'https://cdn.discordapp.com.evil.example/fox.png' } }, []],
    ['nothing without encryption', { image: { url: hosted.replace('https', 'http') } }, []],
    ['nothing where there are only words', { title: 'foxes' }, []],
  ])('%s is taken', (_, embed, expected) => {
    expect(pictures(embed)).toEqual(expected);
    expect(pictures(embed, embed)).toEqual(expected);
  });
});
