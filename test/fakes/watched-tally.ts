import type { Tally } from '../../src/domain/pace.ts';

/** A tally that lets a test wait until somebody was told to wait, or until nobody is asking. */
export function watched(tally: Tally) {
  let refusals = 0;
  const asking = new Set<Promise<unknown>>();
  const track = <T>(asked: Promise<T>): Promise<T> => {
    asking.add(asked);
    return asked.finally(() => asking.delete(asked));
  };
  let watching: readonly { readonly count: number; readonly resolve: () => void }[] = [];
  const changed = () => {
    for (const { count, resolve } of watching) if (refusals >= count) resolve();
  };
  return {
    tally: {
      ...tally,
      async take(ask) {
        const answer = await track(tally.take(ask));
        if (!answer.taken) refusals++;
        changed();
        return answer;
      },
      keep: (slots, leaseMs) => track(tally.keep(slots, leaseMs)),
      free: (id) => track(tally.free(id)),
    } satisfies Tally,
    /** Everybody who was woken has looked. */
    async quiet(): Promise<void> {
      await turn();
      while (asking.size > 0) {
        await Promise.allSettled(asking);
        await turn();
      }
    },
    refused: (count: number): Promise<void> =>
      new Promise((resolve) => {
        watching = [...watching, { count, resolve }];
        changed();
      }),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
