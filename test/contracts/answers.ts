import { beforeEach, describe, expect, test } from 'vitest';
import type { Answers, WishKey } from '../../src/domain/answers.ts';
import type { JobId } from '../../src/domain/job.ts';

const wish = (n: number) => `${n}`.padStart(64, '0') as WishKey;
const job = (n: number) => `console-ann-${n}` as JobId;

/** What every memory of answers promises. @param open gives an empty one */
export function answersContract(name: string, open: () => Promise<Answers>): void {
  describe(`${name} as a memory of answers`, () => {
    let answers: Answers;
    beforeEach(async () => {
      answers = await open();
    });
    /** Remembers the jobs `1`, `2`, … of 100 bytes each, made at these times. */
    const remember = async (...times: readonly number[]) => {
      for (const [n, at] of times.entries()) await answers.remember(wish(n + 1), job(n + 1), 100, at);
    };
    const known = async (count: number, since = 0) => {
      const found: (JobId | undefined)[] = [];
      for (let n = 1; n <= count; n++) found.push(await answers.find(wish(n), since));
      return found.flatMap((id) => id ?? []);
    };

    test('a wish is answered by what it was remembered with, and no other is', async () => {
      await remember(10);
      expect(await answers.find(wish(1), 0)).toBe(job(1));
      expect(await answers.find(wish(2), 0)).toBeUndefined();
    });

    test('the newest replaces what was before', async () => {
      await remember(10);
      await answers.remember(wish(1), job(9), 100, 20);
      expect(await answers.find(wish(1), 0)).toBe(job(9));
      await answers.forget(job(1));
      expect(await answers.find(wish(1), 0)).toBe(job(9));
    });

    test('what was made before a time does not count from then on', async () => {
      await remember(10, 20);
      expect(await known(2, 10)).toEqual([job(1), job(2)]);
      expect(await known(2, 11)).toEqual([job(2)]);
    });

    test('what is forgotten answers nothing, and forgetting it again is harmless', async () => {
      await remember(10, 20);
      for (let times = 0; times < 2; times++) await answers.forget(job(1));
      expect(await known(2)).toEqual([job(2)]);
    });

    test('old ones go, then the oldest of too many', async () => {
      await remember(50, 10, 30, 20, 40);
      await answers.evict(20, 1_000);
      expect(await known(5)).toEqual([job(1), job(3), job(4), job(5)]);
      await answers.evict(20, 399);
      expect(await known(5)).toEqual([job(1), job(3), job(5)]);
      await answers.evict(0, 300);
      expect(await known(5)).toEqual([job(1), job(3), job(5)]);
      await answers.evict(0, 99);
      expect(await known(5)).toEqual([]);
    });

    test('many that are made and evicted at the same time do no harm', async () => {
      await remember(1, 2, 3, 4);
      await Promise.all(
        Array.from({ length: 8 }, async (_, n) => {
          await answers.remember(wish(n + 1), job(n + 1), 100, n + 1);
          await answers.evict(0, 300);
        }),
      );
      expect(await known(8)).toEqual([job(6), job(7), job(8)]);
    });
  });
}
