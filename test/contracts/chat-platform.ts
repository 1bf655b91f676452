import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Card, Result } from '../../src/domain/card.ts';
import type { ChatPlatform, ChatRequest, Opening, Responder, Said } from '../../src/domain/chat-platform.ts';
import { type Command, imageCommand, type Options } from '../../src/domain/command.ts';
import { parseLine } from '../../src/domain/command-text.ts';
import type { Form } from '../../src/domain/form.ts';
import type { FileRef } from '../../src/domain/image-source.ts';
import { type JobId, jobId, type Place } from '../../src/domain/job.ts';

/** One message as people find it. `text` is what Easel sent, escapes included. */
export interface Seen {
  readonly where: 'channel' | 'thread' | 'direct';
  readonly onlyAsker: boolean;
  readonly text: string;
  /** Pictures in full, not the small ones of a card. */
  readonly pictures: readonly { readonly sha256: string; readonly alt: string }[];
}

/** A name that would be options, and end whatever holds it, if it were taken for words. */
export const awkwardName = 'c count:4 > quality:high |';

/** A chat platform to play on, with one person in a channel where Easel may do everything. */
export interface Stage {
  /** The bot as one process has it, not started. Again: another process of the same bot. */
  bot(): ChatPlatform;
  /** The person types `/imagine WORDS`. */
  ask(words: string): Promise<unknown>;
  /** How words there name somebody who calls themselves `awkwardName`. */
  readonly awkward: string;
  /** The person says this about the picture that was posted last, so that it names Easel, with these files attached. */
  reply(words: string, files?: readonly Uint8Array[]): Promise<unknown>;
  /** The person uses "Edit this picture" on somebody else's message with these files. */
  pick(files: readonly Uint8Array[]): Promise<unknown>;
  /** The person fills in the form that was opened last, with what is given for each field, and sends it. */
  fill(
    values: Readonly<Record<string, string>>,
    files?: Readonly<Record<string, readonly Uint8Array[]>>,
  ): Promise<unknown>;
  /** All that can be read, oldest first. */
  seen(): readonly Seen[] | Promise<readonly Seen[]>;
  /** Pings of anyone but the person, links that hide where they lead, and anything else a text must not do; one line each. */
  harm(): readonly string[] | Promise<readonly string[]>;
  close(): Promise<void>;
}

const promises = [
  'acknowledges with a root message, where it was asked and for all to read',
  'answers so that only the asker sees it, first and later',
  'opens one card, however often it is asked to',
  'replaces the card',
  'posts the original bytes with their alt text, once, however often it is asked to',
  'goes on in another process from plain JSON',
  'removes the pictures, and may be asked to again',
  'speaks to a person alone',
  "keeps people's words from pinging, linking and formatting",
  'hands on what is said about a picture, with its files',
  'names of people stay names',
  'hands on the files of a picked message',
  'shows a form and hands on what was filled in',
  'brings the bytes of files that people put there',
  'knows its own pictures by the messages that are answered',
  'knows the thread of its own pictures again',
] as const;
type Promised = (typeof promises)[number];

/** What every chat platform does, told by what people see. A gap is declared with its reason. */
export function chatPlatformContract(
  name: string,
  setup: () => Promise<Stage>,
  { cannot = {} }: { readonly cannot?: Partial<Record<Promised, string>> } = {},
): void {
  describe(`${name} keeps the contract of a chat platform`, () => {
    let stage: Stage;
    let platform: ChatPlatform;
    let received: (asked: Asked) => void;
    beforeEach(async () => {
      stage = await setup();
      platform = stage.bot();
      await platform.start([imagine, edit], async (request, respond) => {
        received({ request, respond });
        return { answered: true };
      });
    });
    afterEach(async () => {
      await platform.stop();
      await stage.close();
    });

    const promise = (what: Promised, keep: () => Promise<void>) =>
      cannot[what] === undefined ? test(what, keep) : test.skip(`${what} (cannot: ${cannot[what]})`, keep);
    /** What the platform makes of what the person does. */
    const heard = async (act: () => Promise<unknown>): Promise<Asked> => {
      const next = Promise.withResolvers<Asked>();
      received = next.resolve;
      await act();
      return next.promise;
    };
    const asked = (words: string) => heard(() => stage.ask(words));
    /** A job whose pictures people see. */
    const posted = async () => {
      const show = await announced(platform, await asked('a red fox'));
      await show.thread().open(show.opening('waiting now'));
      await show.thread().post(result(show.job), false);
      return show;
    };
    const seenWith = async (words: string) => (await stage.seen()).filter(({ text }) => text.includes(words));
    const withPictures = async () => (await stage.seen()).filter(({ pictures }) => pictures.length > 0);

    promise('acknowledges with a root message, where it was asked and for all to read', async () => {
      const { request, respond } = await asked('a red fox');
      expect(request.ask).toMatchObject({ command: 'imagine' });
      expect(request.missing).toEqual([]);
      expect(request.person.id).toMatch(new RegExp(`^${platform.name}:`));
      await respond.announce('Someone asks for a red fox');
      expect(await seenWith('asks for a red fox')).toMatchObject([{ where: 'channel', onlyAsker: false }]);
    });

    promise('answers so that only the asker sees it, first and later', async () => {
      const { respond } = await asked('a red fox');
      await respond.tell('You have 12 credits');
      await respond.tell('And nothing waits');
      expect(await seenWith('You have 12 credits')).toMatchObject([{ onlyAsker: true }]);
      expect(await seenWith('And nothing waits')).toMatchObject([{ onlyAsker: true }]);
    });

    promise('opens one card, however often it is asked to', async () => {
      const show = await announced(platform, await asked('a red fox'));
      await show.thread().open(show.opening('waiting now'));
      await show.thread().open(show.opening('waiting now'));
      expect(await seenWith('waiting now')).toHaveLength(1);
      expect(await seenWith('asks for a red fox')).toHaveLength(1);
    });

    promise('replaces the card', async () => {
      const show = await announced(platform, await asked('a red fox'));
      const thread = show.thread();
      await thread.open(show.opening('waiting now'));
      await thread.update(card(show.job, 'halfway there', 0.5));
      expect(await seenWith('waiting now')).toEqual([]);
      expect(await seenWith('halfway there')).toHaveLength(1);
    });

    promise('posts the original bytes with their alt text, once, however often it is asked to', async () => {
      const show = await announced(platform, await asked('a red fox'));
      await show.thread().open(show.opening('waiting now'));
      const before = show.place();
      await show.thread().post(result(show.job), false);
      await show.thread().post(result(show.job), true);
      await show.forget(before);
      await show.thread().post(result(show.job), true);
      expect(await withPictures()).toMatchObject([
        { text: expect.stringContaining('Here they are'), pictures: result(show.job).pictures.map(shown) },
      ]);
    });

    promise('goes on in another process from plain JSON', async () => {
      const show = await announced(platform, await asked('a red fox'));
      await show.thread().open(show.opening('waiting now'));
      const other = show.thread(stage.bot());
      await other.open(show.opening('waiting now'));
      await other.update(card(show.job, 'nearly done', 0.9));
      await other.post(result(show.job), false);
      expect(await seenWith('waiting now')).toEqual([]);
      expect(await seenWith('nearly done')).toHaveLength(1);
      expect(await withPictures()).toHaveLength(1);
    });

    promise('removes the pictures, and may be asked to again', async () => {
      const show = await announced(platform, await asked('a red fox'));
      await show.thread().open(show.opening('waiting now'));
      await show.thread().post(result(show.job), false);
      await show.thread().remove();
      await show.thread().remove();
      expect(await withPictures()).toEqual([]);
    });

    promise('speaks to a person alone', async () => {
      const { request } = await asked('a red fox');
      const place = await platform.direct(request.person.id);
      await platform.thread(place, async () => {}).say('Your picture could not be posted there');
      expect(await seenWith('could not be posted there')).toMatchObject([{ where: 'direct' }]);
    });

    promise("keeps people's words from pinging, linking and formatting", async () => {
      const words = nasty.join('\n');
      const show = await announced(platform, await asked('a red fox'), words);
      const thread = show.thread();
      await thread.open({ ...show.opening(words), title: words });
      await thread.update(card(show.job, words, 0.3));
      await thread.post({ ...result(show.job), text: [{ bold: words }, words, { quiet: words }] }, false);
      await thread.say([{ code: words }, words]);
      expect(await stage.harm()).toEqual([]);
    });

    promise('hands on what is said about a picture, with its files', async () => {
      await posted();
      const { request, respond } = await heard(() => stage.reply('make it blue', [bytes(7)]));
      expect(await saidIn(request).words()).toBe('make it blue');
      expect(saidIn(request)).toMatchObject({ toEasel: true, toOthers: false, withheld: false, unseen: false });
      expect(saidIn(request).files).toMatchObject([{ platform: platform.name }]);
      expect(request.missing).toEqual([]);
      await respond.announce('Someone asks for a blue fox');
      expect(await seenWith('asks for a blue fox')).toHaveLength(1);
      expect(await stage.harm()).toEqual([]);
    });

    promise('names of people stay names', async () => {
      await posted();
      const { request } = await heard(() => stage.reply(`make it look like ${stage.awkward} and blue`));
      const words = await saidIn(request).words();
      expect(words).toMatch(new RegExp(`^make it look like <@${platform.name}:[^\\s<>|]+\\|[^<>|]+> and blue$`));
      expect(parseLine(editOptions, words)).toEqual({
        prompt: expect.stringMatching(/^make it look like @c count:4 .*quality:high .*and blue$/),
      });
    });

    promise('hands on the files of a picked message', async () => {
      const { request } = await heard(() => stage.pick([bytes(7), bytes(8)]));
      const picked = 'picked' in request.ask ? request.ask.picked : undefined;
      expect(picked?.files).toMatchObject([{ platform: platform.name }, { platform: platform.name }]);
      expect(JSON.parse(JSON.stringify(picked?.files))).toEqual(picked?.files);
      expect(picked?.messages.length).toBeGreaterThan(0);
    });

    promise('shows a form and hands on what was filled in', async () => {
      const { respond } = await asked('a red fox');
      expect(await respond.open(form)).toBe(true);
      expect(await respond.open(form)).toBe(false);
      const { request } = await heard(() =>
        stage.fill({ words: 'make it blue', shape: 'wide' }, { pictures: [bytes(7), bytes(8)] }),
      );
      expect(request.ask).toEqual({
        form: form.key,
        values: { words: 'make it blue', shape: 'wide', pictures: [expect.anything(), expect.anything()] },
      });
      expect(request.missing).toEqual([]);
    });

    promise('brings the bytes of files that people put there', async () => {
      await posted();
      const { request } = await heard(() => stage.reply('like these', [bytes(7), bytes(8)]));
      const [first, second] = JSON.parse(JSON.stringify(saidIn(request).files)) as FileRef[];
      if (!first || !second) throw new Error('the files were not handed on');
      const { length } = bytes(7);
      expect(Buffer.from((await platform.download(first, length)) as Uint8Array)).toEqual(Buffer.from(bytes(7)));
      expect(Buffer.from((await platform.download(second, length)) as Uint8Array)).toEqual(Buffer.from(bytes(8)));
      for (const told of [first, { ...first, bytes: undefined }])
        expect(await platform.download(told, length - 1)).toMatchObject({ refused: 'unusable' });
    });

    promise('knows its own pictures by the messages that are answered', async () => {
      const show = await posted();
      const { request } = await heard(() => stage.reply('make it blue'));
      expect(platform.shown(show.place()).messages).toContain(saidIn(request).messages[0]);
    });

    promise('knows the thread of its own pictures again', async () => {
      const show = await posted();
      const { request } = await heard(() => stage.reply('make it blue'));
      expect(platform.shown(request.place).thread).toBe(platform.shown(show.place()).thread);
    });
  });
}

function saidIn({ ask }: ChatRequest): Said {
  if (!('said' in ask)) throw new Error('nothing was said');
  return ask.said;
}

interface Asked {
  readonly request: ChatRequest;
  readonly respond: Responder;
}

/** Announces the job of a request and keeps its place as the database would: as JSON. */
async function announced(platform: ChatPlatform, { request, respond }: Asked, words = 'a red fox') {
  const job = jobId(platform.name, request.id);
  const root = `Someone asks for ${words}`;
  let stored = JSON.stringify(await respond.announce(root));
  const remember = async (place: Place) => {
    stored = JSON.stringify(place);
  };
  return {
    job,
    place: () => JSON.parse(stored) as Place,
    /** Goes back to an earlier place, as if what came after had never been saved. */
    forget: (place: Place) => remember(place),
    thread: (by = platform) => by.thread(JSON.parse(stored) as Place, remember),
    opening: (text: string): Opening => ({ job, title: 'a red fox', root, card: card(job, text, undefined) }),
  };
}

const imagine: Command = {
  name: 'imagine',
  ...imageCommand({
    summary: 'Make pictures',
    options: { prompt: { kind: 'text', summary: 'What to draw', required: true, maxLength: 2000 } },
    plan: () => ({ refused: 'stopping' }),
  }),
};

const editOptions = {
  prompt: { kind: 'text', summary: 'What to change', required: true, maxLength: 2000 },
  image: { kind: 'image', summary: 'The picture' },
  count: { kind: 'integer', summary: 'How many', min: 1, max: 4 },
  quality: { kind: 'choice', summary: 'How fine', values: ['low', 'high'] },
} as const satisfies Options;

const edit: Command = {
  name: 'edit',
  ...imageCommand({
    summary: 'Change a picture',
    options: editOptions,
    plan: () => ({ refused: 'stopping' }),
  }),
};

const form: Form = {
  key: 'edit.some_Job-1.0',
  title: 'Edit this picture',
  submit: 'Edit',
  fields: [
    {
      name: 'words',
      label: 'What to change',
      input: { kind: 'text', summary: 'What to change', maxLength: 6000 },
      required: true,
      placeholder: 'make it blue',
    },
    {
      name: 'shape',
      label: 'Shape',
      input: { kind: 'choice', summary: 'Shape', values: ['square', 'wide'] },
      required: false,
      labels: { wide: 'Wide (3:2)' },
    },
    { name: 'pictures', label: 'More pictures', input: { kind: 'images', most: 10 }, required: false },
    { name: 'mask', label: 'Mask', input: { kind: 'images', most: 1 }, required: false },
  ],
};

const card = (job: JobId, text: string, bar: number | undefined): Card => ({
  stage: bar === undefined ? 'waiting' : 'running',
  text,
  bar,
  preview: undefined,
  buttons: [{ action: 'cancel', job, label: 'Cancel', disabled: false }],
});

/** Not all the same byte, and every one of them matters. */
const bytes = (seed: number): Uint8Array =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a0000000d49484452000000400000004008060000', 'hex'),
    Uint8Array.from({ length: 3000 }, (_, at) => (at * 31 + seed) % 256),
  ]);

const result = (job: JobId): Result => ({
  job,
  text: 'Here they are',
  pictures: [1, 2].map((n) => ({
    bytes: bytes(n),
    format: 'png',
    fileName: `easel-${n}.png`,
    alt: `Picture ${n} of a red fox & a “hen” <@everyone>`,
  })),
  buttons: [
    { action: 'again', job, label: 'Again', disabled: false },
    { action: 'edit', job, label: 'Edit', disabled: true },
    { action: 'delete', job, label: 'Delete', disabled: false },
  ],
});

const shown = (picture: Result['pictures'][number]) => ({
  sha256: createHash('sha256').update(picture.bytes).digest('hex'),
  alt: picture.alt,
});

const nasty = [
  '@everyone @here <!channel> <!here> <!everyone> <!subteam^S0123|team>',
  '<@100000000000000001> <@!100000000000000001> <@&100000000000000001> <@U0123ABCD> <#C0123|general>',
  '[your bank](https://evil.example/a_b) <https://evil.example|your bank> [a](<https://evil.example> "b")',
  '# heading\n> quote\n- list\n1. list\n-# small\n```code```\n||spoiler||\n**bold** __under__ ~~gone~~ `code`',
  '<t:0:R> </pay:100000000000000001> <:wave:100000000000000001> :smile: <!date^0^{date}|x> & &amp; \\[a](https://evil.example)',
];
