import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backgrounds, formats, type ImageRequest, type InputPicture, qualities } from '../../src/domain/image.ts';
import { type Person, personId, workspaceId } from '../../src/domain/person.ts';
import { wishKey } from '../../src/pipeline/wish-key.ts';
import { picture, request } from '../contracts/jobs.ts';

const ann: Person = { id: personId('slack', 'T1/U1'), workspace: workspaceId('slack', 'T1'), name: 'ann' };
const key = (more: Partial<ImageRequest> = {}, person = ann, placeholder = false) =>
  wishKey(person, { ...request, ...more }, placeholder);

/** Few values of each, and strings out of what could be mistaken for the seams between parts. */
const few = fc.integer({ min: 1, max: 3 });
const tricky = fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '[', ']', '1', '\n', 'é'), maxLength: 6 });
const blob = fc.constantFrom('aa', 'bb', 'aabb');
const input: fc.Arbitrary<InputPicture> = blob.map((name) => ({ ...picture, blob: name, original: name }));
const anyRequest: fc.Arbitrary<ImageRequest> = fc.record({
  task: fc.constantFrom('generate' as const, 'edit' as const),
  inputs: fc.array(input, { maxLength: 3 }),
  mask: fc.option(input, { nil: undefined }),
  words: tricky,
  prompt: tricky,
  model: tricky,
  size: fc.record({ width: few, height: few }),
  quality: fc.constantFrom(...qualities),
  count: few,
  background: fc.constantFrom(...backgrounds),
  format: fc.constantFrom(...formats),
  partialImages: few,
  fresh: fc.boolean(),
  endUser: tricky,
});
const anybody: fc.Arbitrary<Person> = fc.record({
  id: fc.constantFrom(personId('slack', 'T1/U1'), personId('slack', 'T1/U2'), personId('discord', '1')),
  workspace: fc.constantFrom(workspaceId('slack', 'T1'), workspaceId('slack', 'T2'), workspaceId('discord', 'dm')),
  name: tricky,
});
const anyWish = fc.record({ person: anybody, request: anyRequest, placeholder: fc.boolean() });
type AnyWish = typeof anyWish extends fc.Arbitrary<infer W> ? W : never;

/** What decides the picture and who may share it, told in another way than the key does. */
const decisive = ({ person, request: asked, placeholder }: AnyWish) => ({
  circle: person.workspace.endsWith(':dm') ? { alone: person.id } : { team: person.workspace },
  placeholder,
  ...{ task: asked.task, prompt: asked.prompt, model: asked.model, size: asked.size, quality: asked.quality },
  ...{ count: asked.count, background: asked.background, format: asked.format },
  inputs: asked.inputs.map(({ blob: name }) => name),
  mask: asked.mask?.blob,
});
const keyOf = (wish: AnyWish) => wishKey(wish.person, wish.request, wish.placeholder);
const isSame = (one: AnyWish, other: AnyWish) => JSON.stringify(decisive(one)) === JSON.stringify(decisive(other));

describe('the key of a wish', () => {
  test('is the same exactly where everything is that decides the picture', () => {
    fc.assert(
      fc.property(anyWish, anyWish, (one, other) => {
        expect(keyOf(one) === keyOf(other)).toBe(isSame(one, other));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is another one for every single change', () => {
    fc.assert(
      fc.property(anyWish, anyWish, (one, other) => {
        for (const name of Object.keys(one.request) as (keyof ImageRequest)[]) {
          const changed = { ...one, request: { ...one.request, [name]: other.request[name] } };
          expect(keyOf(changed) === keyOf(one)).toBe(isSame(changed, one));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('does not depend on who asks, on previews, or on whether it is to be fresh', () => {
    const bob = { ...ann, id: personId('slack', 'T1/U2'), name: 'bob' };
    expect(key({ partialImages: 3, fresh: true, endUser: 'another' }, bob)).toBe(key());
  });

  test('depends on the order of the pictures, and tells a mask from one', () => {
    const [one, two] = ['aa', 'bb'].map((name): InputPicture => ({ ...picture, blob: name, original: name }));
    if (!one || !two) throw new RangeError('there are two');
    const keys = [
      key({ inputs: [one, two] }),
      key({ inputs: [two, one] }),
      key({ inputs: [one], mask: two }),
      key({ inputs: [one] }),
    ];
    expect(new Set(keys).size).toBe(4);
  });

  test('is a team’s own, and in direct messages on Discord a person’s own', () => {
    const inDirect = (id: string): Person => ({
      ...{ id: personId('discord', id), workspace: workspaceId('discord', 'dm'), name: id },
    });
    expect(key({}, { ...ann, workspace: workspaceId('slack', 'T2') })).not.toBe(key());
    expect(key({}, inDirect('1'))).not.toBe(key({}, inDirect('2')));
    expect(key({}, inDirect('1'))).toBe(key({}, inDirect('1')));
  });

  test('never takes a placeholder for a picture', () => {
    expect(key({}, ann, true)).not.toBe(key({}, ann, false));
  });
});
