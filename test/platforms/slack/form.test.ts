import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChatRequest } from '../../../src/domain/chat-platform.ts';
import type { Form } from '../../../src/domain/form.ts';
import type { FileRef } from '../../../src/domain/image-source.ts';
import { ada, attached, card, jobOf, opening, pictureBytes, posted, type Scene, scene } from './setup.ts';

let stage: Scene;
beforeEach(async () => {
  stage = await scene();
});
afterEach(async () => {
  expect(stage.slack.violations()).toEqual([]);
  await stage.close();
});

const form: Form = {
  key: 'edit.slack-1-0',
  title: 'Edit this picture',
  submit: 'Edit',
  fields: [
    {
      name: 'words',
      label: 'What to change',
      input: { kind: 'text', summary: '', maxLength: 6_000 },
      required: true,
      placeholder: 'make it blue',
    },
    {
      name: 'which',
      label: 'Which picture',
      input: { kind: 'choice', summary: '', values: ['1', '2'] },
      required: false,
      labels: { '1': `1: ${'x'.repeat(200)}` },
    },
    { name: 'pictures', label: 'More pictures', input: { kind: 'images', most: 15 }, required: false },
    { name: 'mask', label: 'Mask', input: { kind: 'images', most: 1 }, required: false },
  ],
};

const values = ({ ask }: ChatRequest) => (ask as { readonly values: Readonly<Record<string, unknown>> }).values;

interface Input {
  readonly block_id: string;
  readonly optional: boolean;
  readonly element: Readonly<Record<string, unknown>>;
}
const inputs = () => (stage.slack.views().at(-1)?.view.blocks ?? []) as readonly Input[];

/** A form that is open after the button under a card was pressed. */
async function opened() {
  const { slack, listening } = stage;
  const { platform, next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const asked = await next();
  const place = await asked.respond.announce('Root');
  const job = jobOf(asked);
  const buttons = [{ action: 'edit', job, label: 'Edit', disabled: false }] as const;
  await platform.thread(place, async () => {}).open({ ...opening(job), card: card(job, 'Done', { buttons }) });
  slack.button(posted(slack).find(({ role }) => role === 'card')?.ts ?? '', 'easel:edit', 'ada');
  const pressed = await next();
  expect(await pressed.respond.open(form)).toBe(true);
  for (const { done } of [asked, pressed]) done();
  return { platform, next, root: posted(slack)[0]?.ts, person: asked.request.person };
}

test('a form is a modal within the limits of Slack', async () => {
  const { root } = await opened();
  const [{ view } = { view: {} }] = stage.slack.views();
  expect(view).toMatchObject({
    callback_id: 'easel:form',
    title: { text: 'Edit this picture' },
    submit: { text: 'Edit' },
  });
  expect(JSON.parse(String((view as { private_metadata?: string }).private_metadata))).toEqual({
    ...{ key: 'edit.slack-1-0', channel: 'C0STUDIO001', thread: root, ownThread: true },
  });
  expect(inputs().map(({ block_id, optional }) => [block_id, optional])).toEqual([
    ['words', false],
    ['which', true],
    ['pictures', true],
    ['mask', true],
  ]);
  const [words, which, pictures, mask] = inputs().map(({ element }) => element);
  expect(words).toMatchObject({ type: 'plain_text_input', multiline: true, max_length: 3000 });
  expect(which).toMatchObject({ options: [{ value: '1' }, { value: '2', text: { text: '2' } }] });
  const filetypes = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'heic', 'avif'];
  expect(pictures).toMatchObject({ type: 'file_input', max_files: 10, filetypes });
  expect(mask).toMatchObject({ max_files: 1 });
});

test('what was filled in comes back with its files, in the place of the form', async () => {
  const { next, root, person } = await opened();
  const { slack } = stage;
  const pictures = attached([pictureBytes(1), pictureBytes(2)]);
  const { requestId } = slack.viewSubmit('easel:form', { words: 'make it blue', which: '2', pictures }, 'ada');
  const { request } = await next();
  expect(await slack.settled(requestId)).toMatchObject({ state: 'acknowledged' });
  expect(slack.views()).toEqual([]);
  expect(request).toMatchObject({ person, place: { thread: root, askerName: 'ada' }, ask: { form: form.key } });
  expect(request.id).toMatch(/^V/);
  expect(values(request)).toMatchObject({
    words: 'make it blue',
    which: '2',
    pictures: [{ name: 'photo-1.png' }, { name: 'photo-2.png' }],
  });
});

test('the files of a form can be downloaded', async () => {
  const { platform, next } = await opened();
  const mask = attached([pictureBytes(3)]);
  stage.slack.viewSubmit('easel:form', { words: 'make it blue', mask }, 'ada');
  const [file] = values((await next()).request).mask as readonly FileRef[];
  if (!file) throw new Error('there is no file');
  expect(Buffer.from((await platform.download(file, 10_000)) as Uint8Array)).toEqual(pictureBytes(3));
});

test('what was left empty is left out, and sent twice it is one request', async () => {
  const { next } = await opened();
  stage.slack.viewSubmit('easel:form', { words: 'make it blue' }, 'ada', { deliveries: 2 });
  const [first, second] = [(await next()).request, (await next()).request];
  expect(first.id).toBe(second.id);
  expect(values(first)).toEqual({ words: 'make it blue' });
});

test('a form that was opened before a restart is taken after it', async () => {
  const { platform, root } = await opened();
  await platform.stop();
  const { next } = await stage.listening();
  stage.slack.viewSubmit('easel:form', { words: 'make it blue' }, 'ada');
  const { request } = await next();
  expect(request).toMatchObject({ place: { thread: root }, ask: { form: form.key } });
});

test('the answer to a form is for the asker only, and its job stands in the thread', async () => {
  const { next, root } = await opened();
  const { slack } = stage;
  slack.viewSubmit('easel:form', { words: 'make it blue' }, 'ada');
  const { respond } = await next();
  await respond.announce('A blue fox');
  await respond.tell('You have 12 credits');
  expect(posted(slack).at(-1)).toMatchObject({ role: 'root', text: 'A blue fox', threadTs: root });
  expect(slack.messages().at(-1)).toMatchObject({ visibleTo: 'U0ADA000001', threadTs: root });
});

test('a command and a picked message open forms too, and the answer to the latter begins its thread', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/edit', 'make it blue', ada);
  const first = await next();
  expect(await first.respond.open(form)).toBe(true);
  const { ts } = slack.message('Look', { user: 'bob', channel: '#studio' });
  slack.shortcut('easel:edit', { ...ada, ts });
  const second = await next();
  expect(await second.respond.open(form)).toBe(true);
  expect(await second.respond.open(form)).toBe(false);
  slack.viewSubmit('easel:form', { words: 'make it blue' }, 'ada');
  const { respond } = await next();
  await respond.tell('Before');
  await respond.announce('Root');
  expect(slack.messages().filter(({ user }) => user === 'U0EASEL0001')).toMatchObject([
    { text: 'Before', visibleTo: 'U0ADA000001' },
    { text: 'Root', threadTs: ts },
  ]);
});

test('a form that comes too late is not shown, and the person can be told so', async () => {
  let passedMs = 0;
  const clock = { now: () => Date.now() + passedMs, after: () => () => {} };
  await stage.close();
  stage = await scene({ clock });
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  const { respond } = await next();
  passedMs = 3_001;
  expect(await respond.open(form)).toBe(false);
  expect(slack.views()).toEqual([]);
  await respond.tell('Press the button again');
  expect(slack.messages()).toMatchObject([{ visibleTo: 'U0ADA000001', text: 'Press the button again' }]);
});

test('where Easel may not read files, the form asks for none', async () => {
  const { slack, listening } = stage;
  slack.revokeScopes('files:read');
  const { next } = await listening();
  slack.command('/imagine', 'a red fox', ada);
  expect(await (await next()).respond.open(form)).toBe(true);
  expect(inputs().map(({ block_id }) => block_id)).toEqual(['words', 'which']);
  expect(slack.requests('views.open')).toHaveLength(1);
});

test('when that shows only as the form is opened, it is opened without them', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.revokeScopes('files:read');
  slack.command('/imagine', 'a red fox', ada);
  expect(await (await next()).respond.open(form)).toBe(true);
  expect(inputs().map(({ block_id }) => block_id)).toEqual(['words', 'which']);
  expect(slack.requests('views.open').map(({ ok }) => ok)).toEqual([false, true]);
});

test('when Slack does not answer, nothing was shown', async () => {
  const { slack, listening } = stage;
  const { next } = await listening();
  slack.fail({ method: 'views.open' }, { drop: true });
  slack.command('/imagine', 'a red fox', ada);
  expect(await (await next()).respond.open(form)).toBe(false);
  expect(slack.requests('views.open')).toHaveLength(1);
});
