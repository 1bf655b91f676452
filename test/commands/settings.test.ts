import { afterEach, beforeEach, expect, test } from 'vitest';
import { ann, bob, openDesk, type TestDesk } from './desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const answers = 'answers under a picture that change it here: the requester’s, and those that name Easel';
const usual = ['shape: square', 'quality: medium', 'count: 1 (at most 4 here)', 'model: gpt-image-2.5-flare', answers];
const shown = async (as?: Parameters<TestDesk['say']>[1]) => (await desk.say('/settings', as)).split('\n');

test('without settings the usual ones are shown', async () => {
  expect(await shown()).toEqual(usual);
});

test('what is set is saved, shown, and nobody else’s', async () => {
  expect(await desk.say('/settings set shape:WIDE quality:high')).toBe('Saved: shape wide, quality high.');
  expect(await desk.say('/settings set count:3 model:gpt-image-2')).toBe('Saved: count 3, model gpt-image-2.');
  expect(await shown()).toEqual([
    'shape: wide',
    'quality: high',
    'count: 3 (at most 4 here)',
    'model: gpt-image-2',
    answers,
  ]);
  expect(await shown(bob)).toEqual(usual);
});

test('a model that is gone is saved as its successor, a dated name as the model’s own', async () => {
  expect(await desk.say('/settings set model:gpt-image-1')).toBe(
    'Saved: model gpt-image-2.5-flare. gpt-image-1 is gone; gpt-image-2.5-flare takes its place.',
  );
  expect((await shown())[3]).toBe('model: gpt-image-2.5-flare');
  expect(await desk.say('/settings set model:GPT-image-2-2026-04-21')).toBe('Saved: model gpt-image-2.');
});

test('a model that went after it was set is shown with what takes its place', async () => {
  await desk.say('/settings set model:gpt-image-1.5');
  expect((await shown())[3]).toBe('model: gpt-image-1.5');
  await desk.clock.advance(Date.UTC(2026, 11, 1) - desk.clock.now());
  expect((await shown())[3]).toBe('model: gpt-image-1.5, which is gone: gpt-image-2.5-flare takes its place');
});

test('an exact size is a shape', async () => {
  expect(await desk.say('/settings set shape:1536x864')).toBe('Saved: shape 1536x864.');
});

test('an admin’s choice of answers counts for everyone in the same workspace', async () => {
  expect(await desk.say('/settings replies mentions')).toBe(
    'An answer under a picture now changes it only when it names Easel.',
  );
  expect((await shown(bob))[4]).toBe('answers under a picture that change it here: those that name Easel');
  expect(await desk.say('/settings replies sometimes')).toContain('Nothing was charged.');
  await desk.say('/settings replies requester');
  expect(await shown(bob)).toEqual(usual);
});

test('what is cleared is the usual again', async () => {
  await desk.say('/settings set quality:high');
  expect(await desk.say('/settings clear')).toBe('Your defaults are gone; the usual ones count again.');
  expect(await shown()).toEqual(usual);
});

test.each([
  ['/settings set', 'You changed nothing. Nothing was charged. Try /settings set quality:high.'],
  ['/settings set shape:round', 'No model makes the shape “round”. Nothing was charged. Try square, wide, tall or'],
  ['/settings set shape:64x64', 'No model makes the shape “64x64”.'],
  ['/settings set model:gpt-image-3', 'Nobody here offers the model “gpt-image-3”. Nothing was charged. Did you mean'],
  ['/settings set model:zebra', 'There is gpt-image-2.5-flare, gpt-image-2, gpt-image-1.5.'],
  ['/settings set quality:best', 'quality is one of low, medium, high, xhigh, max; “best” is not.'],
  ['/settings set colour:red', 'There is no option colour.'],
  ['/settings team count-max:11', 'count-max must be a whole number from 1 to 10; “11” is not.'],
])('%s is refused, and nothing changes', async (line, sentence) => {
  expect(await desk.say(line)).toContain(sentence);
  expect(await shown()).toEqual(usual);
});

test('an admin’s most per request counts for everyone in the same workspace', async () => {
  expect(await desk.say('/settings team 6')).toBe('One request may now ask for up to 6.');
  expect((await shown(bob))[2]).toBe('count: 1 (at most 6 here)');
  const elsewhere = { ...bob, workspace: 'slack:T9' as typeof bob.workspace };
  expect((await shown(elsewhere))[2]).toBe('count: 1 (at most 4 here)');
});

test('an admin decides how people’s pictures are made: their own lane first, then the admins’, then everyone’s', async () => {
  expect(await desk.say('/settings lane batch role:everyone')).toBe(
    'Pictures of everyone here are now made by the cheapest service.',
  );
  expect((await shown(bob))[5]).toBe('how your pictures are made: the cheapest service (batch)');
  await desk.say('/settings lane priority role:admins');
  expect((await shown(bob))[5]).toContain('(batch)');
  expect((await shown())[5]).toBe('how your pictures are made: the preferred service (priority)');
  expect(await desk.answer(`/settings lane lane:normal user:${ann.id}`)).toEqual([
    ...['Pictures of ', { person: ann.id }, ' are now made by the best of price and pace.'],
  ]);
  expect(await shown()).toEqual(usual);

  await desk.say(`/settings clear`);
  expect(await shown()).toEqual(usual);
  await desk.say(`/settings lane usual user:${ann.id}`);
  expect((await shown())[5]).toContain('(priority)');
  expect(await desk.say('/settings lane usual role:admins')).toBe('What was set for admins here is gone.');
  expect((await shown())[5]).toContain('(batch)');
  const elsewhere = { ...bob, workspace: 'slack:T9' as typeof bob.workspace };
  expect(await shown(elsewhere)).toEqual(usual);
});

test.each([
  ['/settings lane priority', 'Name either a person or a role.'],
  [`/settings lane priority user:${bob.id} role:everyone`, 'Name either a person or a role.'],
  ['/settings lane fast role:everyone', 'lane is one of priority, normal, batch, usual; “fast” is not.'],
  ['/settings lane priority role:owners', 'role is one of admins, everyone; “owners” is not.'],
])('%s is refused, and nobody’s lane changes', async (line, sentence) => {
  expect(await desk.say(line)).toContain(sentence);
  expect(await shown(bob)).toEqual(usual);
});

test('forget-me says what it would do, and does it only when that is confirmed', async () => {
  expect(await desk.say('/settings forget-me')).toContain('The 500 credits you have left are gone then');
  expect(await desk.say('/settings forget-me')).toContain('Nothing was changed yet.');
  expect(await desk.store.keeping.asked()).toEqual([]);
  expect(await desk.say('/settings forget-me confirm:true')).toBe('Easel is forgetting you.');
  expect(await desk.store.keeping.asked()).toEqual([{ person: ann.id, until: desk.clock.now() }]);
});

test('nobody has others forgotten in chat', async () => {
  expect(await desk.say('/settings forget-me user:console:bob confirm:true', bob)).not.toBe('Easel is forgetting you.');
  expect(await desk.store.keeping.asked()).toEqual([]);
});
