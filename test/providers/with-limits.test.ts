import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import type { ImageProvider, Made, Pending } from '../../src/domain/image-provider.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { localPace } from '../../src/providers/pace.ts';
import { withLimits } from '../../src/providers/with-limits.ts';
import { failureOf, job, make, orderFor } from '../contracts/image-provider.ts';
import { manualClock } from '../fakes/clock.ts';
import { nothingMade, scriptedProvider } from '../fakes/provider.ts';

describe('concurrency', () => {
  test('no more calls run at a time than the service takes; the rest follow in order', async () => {
    const { provider, calls, untilCalled } = scriptedProvider({ concurrency: 2 });
    const limited = withLimits(provider, localPace(manualClock()));
    const making = Promise.allSettled(['a', 'b', 'c'].map((words) => make(limited, { words })));
    await untilCalled(2);
    expect(calls.map(({ order }) => order.words)).toEqual(['a', 'b']);
    calls[0]?.reject(new Error('failed'));
    const third = await untilCalled(3);
    expect(third.order.words).toBe('c');
    for (const call of calls) call.resolve(nothingMade);
    expect((await making).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  test('who is cancelled while waiting goes at once and never gets a turn', async () => {
    const { provider, calls, untilCalled } = scriptedProvider({ concurrency: 1 });
    const limited = withLimits(provider, localPace(manualClock()));
    const first = make(limited, { words: 'a' });
    const controller = new AbortController();
    const second = failureOf(make(limited, { words: 'b' }, controller.signal));
    const third = make(limited, { words: 'c' });
    await untilCalled(1);
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await second).toBe(reason);
    calls[0]?.resolve(nothingMade);
    (await untilCalled(2)).resolve(nothingMade);
    await Promise.all([first, third]);
    expect(calls.map(({ order }) => order.words)).toEqual(['a', 'c']);
  });

  test('who is cancelled before asks for nothing', async () => {
    const { provider, calls } = scriptedProvider();
    const reason = new Error('cancelled');
    expect(await failureOf(make(withLimits(provider, localPace(manualClock())), {}, AbortSignal.abort(reason)))).toBe(
      reason,
    );
    expect(calls).toHaveLength(0);
  });
});

describe('images per minute', () => {
  test('hold a call back until the minute has passed', async () => {
    const clock = manualClock();
    const { provider, calls, untilCalled } = scriptedProvider({ concurrency: 8 });
    const limited = withLimits(provider, localPace(clock), 5);
    expect(limited.imagesPerCallMax).toBe(4);
    const making = [make(limited, { count: 3 }), make(limited, { count: 3 })];
    await untilCalled(1);
    await clock.untilSleeping();
    await clock.advance(59_999);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    await untilCalled(2);
    for (const call of calls) call.resolve(nothingMade);
    await Promise.all(making);
  });

  test('limit how many one call may ask for', () => {
    expect(withLimits(scriptedProvider().provider, localPace(manualClock()), 2).imagesPerCallMax).toBe(2);
  });
});

describe('a service with tickets', () => {
  const ticket = { ticket: { id: 'task-1' } };
  const never = new AbortController().signal;

  const start = (provider: ImageProvider) => provider.start(orderFor(), job, never, () => undefined);

  /** One call at a time, whose checks answer in turn what a test says. */
  function ticketing(...checks: (Pending | Made | Refusal | Fault)[]) {
    const { provider, calls, untilCalled } = scriptedProvider({
      concurrency: 1,
      async check() {
        const answer = checks.shift();
        if (answer === undefined || answer instanceof Fault) throw answer;
        return answer;
      },
    });
    const clock = manualClock();
    const pace = localPace(clock);
    return { limited: withLimits(provider, pace), calls, untilCalled, clock, pace };
  }

  test.each([
    ['pictures', nothingMade],
    ['a refusal', { refused: 'stopping' } as const],
  ])('keeps the slot of a call until it ends with %s', async (_, end) => {
    const { limited, calls, untilCalled, clock } = ticketing({ percent: 10 }, end);
    const first = start(limited);
    (await untilCalled(1)).resolve(ticket);
    await first;
    const second = start(limited);
    await clock.advance(30_000);
    await limited.check(ticket.ticket, never);
    await clock.advance(59_999);
    expect(calls).toHaveLength(1);
    await limited.check(ticket.ticket, never);
    (await untilCalled(2)).resolve(nothingMade);
    await second;
  });

  test('takes a slot for each picture that is being worked on, and gives back those that are done', async () => {
    const { limited, pace } = ticketing(
      { percent: 10, tasks: 3 },
      { percent: 60, tasks: 2 },
      { percent: 90 },
      nothingMade,
    );
    const limits = { concurrency: 3, imagesPerMinute: undefined };
    const room = async () => {
      const over = new AbortController();
      const taken = await Promise.race([pace.take('scripted', 1, limits, over.signal), settled()]);
      over.abort();
      if (taken) taken.free();
      return taken !== undefined;
    };
    const seen: boolean[] = [];
    for (let checks = 0; checks < 4; checks++) {
      await limited.check(ticket.ticket, never);
      seen.push(await room().catch(() => false));
    }
    expect(seen).toEqual([false, true, true, true]);
  });

  test('gives up a slot that nobody asks about any more', async () => {
    const { limited, untilCalled, clock } = ticketing(new Fault('unreachable', 'no'));
    const first = start(limited);
    (await untilCalled(1)).resolve(ticket);
    await first;
    await failureOf(limited.check(ticket.ticket, never));
    const second = start(limited);
    await clock.advance(60_000);
    (await untilCalled(2)).resolve(nothingMade);
    await second;
  });

  test('counts a task of before the restart as soon as it turns out to be going on', async () => {
    const { limited, pace } = ticketing({ percent: undefined }, nothingMade);
    await limited.check(ticket.ticket, never);
    const waiting = pace.take('scripted', 1, { concurrency: 1, imagesPerMinute: undefined }, never);
    await Promise.resolve();
    expect(pace.room('scripted')).toBe(false);
    await limited.check(ticket.ticket, never);
    await waiting;
  });
});

/** Whatever is not waiting for anybody has happened. */
const settled = (): Promise<undefined> => new Promise((resolve) => setImmediate(() => resolve(undefined)));
