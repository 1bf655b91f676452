import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Card } from '../../src/domain/card.ts';
import { cardWriter } from '../../src/pipeline/card-writer.ts';
import { manualClock } from '../fakes/clock.ts';

const intervalMs = 2_500;

const card = (text: string, more: Partial<Card> = {}): Card => ({
  stage: 'running',
  text,
  bar: undefined,
  preview: undefined,
  buttons: [],
  ...more,
});

interface Edit {
  readonly text: string;
  readonly at: number;
}

/** A card that was opened just now, on a platform that takes edits at once, fails them, or leaves them hanging. */
function opened() {
  const clock = manualClock();
  const begun = clock.now();
  const tried: Edit[] = [];
  let answer = async (): Promise<void> => {};
  const thread = {
    async update({ text }: Card) {
      tried.push({ text: String(text), at: clock.now() - begun });
      await answer();
    },
  };
  return {
    clock,
    /** What was sent to the platform, and when after the opening. */
    tried,
    texts: () => tried.map(({ text }) => text),
    answerWith(next: () => Promise<void>) {
      answer = next;
    },
    writer: cardWriter(thread, intervalMs, clock, pino({ level: 'silent' }), begun),
  };
}

const fail = async () => {
  throw new Error('no edits today');
};

describe('a card', () => {
  test('is not edited sooner than the platform likes it after it was opened', async () => {
    const { writer, clock, tried } = opened();
    writer.show(card('a'));
    await clock.advance(intervalMs - 1);
    expect(tried).toEqual([]);
    await clock.advance(1);
    expect(tried).toEqual([{ text: 'a', at: intervalMs }]);
  });

  test('that has rested is edited at once', async () => {
    const { writer, clock, tried } = opened();
    await clock.advance(60_000);
    writer.show(card('a'));
    await clock.advance(0);
    expect(tried).toEqual([{ text: 'a', at: 60_000 }]);
  });

  test('shows the newest state only, of all that came while it had to wait', async () => {
    const { writer, clock, tried } = opened();
    for (const text of ['a', 'b', 'c']) writer.show(card(text));
    await clock.advance(intervalMs);
    for (const text of ['d', 'e']) {
      writer.show(card(text));
      await clock.advance(1_000);
    }
    await clock.advance(intervalMs);
    expect(tried).toEqual([
      { text: 'c', at: intervalMs },
      { text: 'e', at: 2 * intervalMs },
    ]);
  });

  test('is never edited twice at a time, and the pace counts from the answer to the last edit', async () => {
    const { writer, clock, tried, answerWith } = opened();
    const arrived = Promise.withResolvers<void>();
    answerWith(() => arrived.promise);
    writer.show(card('a'));
    await clock.advance(intervalMs);
    writer.show(card('b'));
    await clock.advance(60_000);
    writer.show(card('c'));
    await clock.advance(60_000);
    expect(tried).toHaveLength(1);
    arrived.resolve();
    await clock.advance(intervalMs - 1);
    expect(tried).toHaveLength(1);
    await clock.advance(1);
    expect(tried[1]).toEqual({ text: 'c', at: 120_000 + 2 * intervalMs });
  });

  test('that reads as it does already is not sent again', async () => {
    const { writer, clock, texts } = opened();
    const preview = (length: number) => ({
      preview: { bytes: new Uint8Array(length), format: 'jpeg' as const, alt: 'A preview' },
    });
    for (const shown of [card('a'), card('a'), card('a', { bar: 0.5 }), card('a', { bar: 0.5 })]) {
      writer.show(shown);
      await clock.advance(intervalMs);
    }
    expect(texts()).toHaveLength(2);
    for (const shown of [card('a', preview(7)), card('a', preview(7)), card('a', preview(8))]) {
      writer.show(shown);
      await clock.advance(intervalMs);
    }
    expect(texts()).toHaveLength(4);
    expect(clock.sleepers()).toBe(0);
  });

  test('that changes and changes back within the pace needs no edit', async () => {
    const { writer, clock, texts } = opened();
    writer.show(card('a'));
    await clock.advance(intervalMs);
    writer.show(card('b'));
    await clock.advance(1_000);
    writer.show(card('a'));
    await clock.advance(60_000);
    expect(texts()).toEqual(['a']);
  });

  test('that changes back while the edit is on its way gets another', async () => {
    const { writer, clock, texts, answerWith } = opened();
    writer.show(card('a'));
    await clock.advance(intervalMs);
    const arrived = Promise.withResolvers<void>();
    answerWith(() => arrived.promise);
    writer.show(card('b'));
    await clock.advance(intervalMs);
    writer.show(card('a'));
    arrived.resolve();
    await clock.advance(intervalMs);
    expect(texts()).toEqual(['a', 'b', 'a']);
  });
});

describe('the last state', () => {
  test('is shown at the same pace, instead of what still waited, and only then it is finished', async () => {
    const { writer, clock, tried } = opened();
    let over = false;
    writer.show(card('halfway'));
    const finished = writer.finish(card('done')).then(() => {
      over = true;
    });
    await clock.advance(intervalMs - 1);
    expect([tried, over]).toEqual([[], false]);
    await clock.advance(1);
    await finished;
    expect(tried).toEqual([{ text: 'done', at: intervalMs }]);
  });

  test('follows an edit that is on its way', async () => {
    const { writer, clock, texts, answerWith } = opened();
    const arrived = Promise.withResolvers<void>();
    answerWith(() => arrived.promise);
    writer.show(card('halfway'));
    await clock.advance(intervalMs);
    const finished = writer.finish(card('done'));
    await clock.advance(60_000);
    expect(texts()).toEqual(['halfway']);
    arrived.resolve();
    await clock.advance(intervalMs);
    await finished;
    expect(texts()).toEqual(['halfway', 'done']);
  });

  test('is finished at once where it is shown already', async () => {
    const { writer, clock, texts } = opened();
    writer.show(card('done'));
    await clock.advance(intervalMs);
    await writer.finish(card('done'));
    expect(texts()).toEqual(['done']);
  });

  test('is finished as soon as an edit to the same state has arrived, without another wait', async () => {
    const { writer, clock, texts, answerWith } = opened();
    const arrived = Promise.withResolvers<void>();
    answerWith(() => arrived.promise);
    writer.show(card('done'));
    await clock.advance(intervalMs);
    const finished = writer.finish(card('done'));
    arrived.resolve();
    await finished;
    expect(texts()).toEqual(['done']);
  });

  test('is followed by nothing, not even by another last one', async () => {
    const { writer, clock, texts } = opened();
    const finished = writer.finish(card('done'));
    writer.show(card('late'));
    await clock.advance(intervalMs);
    await finished;
    writer.show(card('later'));
    await writer.finish(card('latest'));
    await clock.advance(60_000);
    expect(texts()).toEqual(['done']);
    expect(clock.sleepers()).toBe(0);
  });
});

describe('an edit that fails', () => {
  test('is tried again at the same pace', async () => {
    const { writer, clock, tried, answerWith } = opened();
    answerWith(fail);
    writer.show(card('a'));
    await clock.advance(2 * intervalMs);
    answerWith(async () => {});
    await clock.advance(60_000);
    expect(tried.map(({ at }) => at)).toEqual([1, 2, 3].map((n) => n * intervalMs));
    expect(tried.map(({ text }) => text)).toEqual(['a', 'a', 'a']);
  });

  test('gives way to a newer state', async () => {
    const { writer, clock, texts, answerWith } = opened();
    answerWith(fail);
    writer.show(card('a'));
    await clock.advance(intervalMs);
    writer.show(card('b'));
    answerWith(async () => {});
    await clock.advance(60_000);
    expect(texts()).toEqual(['a', 'b']);
  });

  test('is given up after six tries, and then the last state counts as finished', async () => {
    const { writer, clock, texts, answerWith } = opened();
    answerWith(fail);
    const finished = writer.finish(card('done'));
    await clock.advance(6 * intervalMs);
    await finished;
    await clock.advance(60_000);
    expect(texts()).toEqual(Array.from({ length: 6 }, () => 'done'));
    expect(clock.sleepers()).toBe(0);
  });

  test('does not keep the next state from being shown, also after it was given up', async () => {
    const { writer, clock, texts, answerWith } = opened();
    answerWith(fail);
    writer.show(card('a'));
    await clock.advance(10 * intervalMs);
    expect(texts()).toHaveLength(6);
    answerWith(async () => {});
    writer.show(card('b'));
    await clock.advance(intervalMs);
    expect(texts().at(-1)).toBe('b');
  });
});

type Step =
  | { readonly show: string }
  | { readonly pass: number }
  | { readonly fails: boolean }
  | { readonly takes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd').map((show) => ({ show })),
  fc.integer({ min: 1, max: 6_000 }).map((pass) => ({ pass })),
  fc.boolean().map((fails) => ({ fails })),
  fc.constantFrom(0, 0, 700, 4_000).map((takes) => ({ takes })),
);

test('whatever happens: never faster than the pace, nothing twice, and in the end the last state', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { writer, clock, tried, texts, answerWith } = opened();
      const ended: number[] = [];
      const begun = clock.now();
      let [fails, takes] = [false, 0];
      let worked: string[] = [];
      answerWith(async () => {
        const text = texts().at(-1) ?? '';
        const willFail = fails;
        await clock.sleep(takes);
        ended.push(clock.now() - begun);
        if (willFail) return fail();
        worked = [...worked, text];
      });
      for (const next of steps) {
        if ('show' in next) writer.show(card(next.show));
        else if ('pass' in next) await clock.advance(next.pass);
        else if ('fails' in next) fails = next.fails;
        else takes = next.takes;
      }
      fails = false;
      const finished = writer.finish(card('end'));
      await clock.advance(60_000);
      await finished;
      expect(worked.at(-1)).toBe('end');
      for (const [at, edit] of tried.entries()) {
        expect(edit.at - (ended[at - 1] ?? 0)).toBeGreaterThanOrEqual(intervalMs);
      }
      for (const [at, text] of worked.entries()) expect(text).not.toBe(worked[at - 1]);
    }),
    { numRuns: 60 },
  );
});
