import { type Credits, credits } from './credits.ts';
import type { JobId } from './job.ts';
import type { Person, PersonId } from './person.ts';

/** A call of a provider as it was written down, with who it was for. What an older Easel did not write down is undefined. */
export interface AuditedCall {
  /** Counts up in the order in which calls are written down. */
  readonly seq: number;
  readonly job: JobId;
  readonly attempt: number;
  readonly person: Person | undefined;
  readonly provider: string;
  readonly model: string;
  readonly quality: string;
  /** `1024x1024`, in pixels. */
  readonly size: string;
  /** How many pictures it was asked for, and how many usable ones came. */
  readonly count: number;
  readonly delivered: number | undefined;
  /** The service's own; several, with commas, where it took several calls at once. */
  readonly requestId: string | undefined;
  readonly organisation: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  /** What the service said it used; undefined where it said nothing. */
  readonly textInTokens: number | undefined;
  readonly imageInTokens: number | undefined;
  readonly imageOutTokens: number | undefined;
  /** In millionths of a US dollar: by the list, and as the service bills it or may bill it. */
  readonly listMicroUsd: number | undefined;
  readonly billedMicroUsd: number | undefined;
  /** What the person paid for it, and what the house did. */
  readonly charged: Credits | undefined;
  readonly absorbed: Credits | undefined;
  /** What of the charge was given back later, for pictures that could not be brought: the house pays that too. */
  readonly refunded: Credits;
  /** `made`, `refused`, `cancelled`, `cut off`, `not kept` or a fault's code. */
  readonly outcome: string;
  /** Whether its pictures carry content credentials (C2PA); undefined where there are none. */
  readonly contentCredentials: boolean | undefined;
}

/** What calls add up to. Where an older Easel wrote one down, its pictures and money are not among them. */
export interface Tally {
  readonly calls: number;
  /** How many of the calls say nothing about money. */
  readonly unpriced: number;
  readonly pictures: number;
  readonly listMicroUsd: number;
  readonly billedMicroUsd: number;
  /** What people paid, after refunds. */
  readonly charged: Credits;
  /** What the house paid, refunds included. */
  readonly absorbed: Credits;
}

export interface Report {
  /** Every provider that was called, by what it bills, most first. */
  readonly providers: readonly (Tally & { readonly provider: string })[];
  /** Who paid most, after refunds; nobody who paid nothing. */
  readonly people: readonly { readonly person: PersonId; readonly pictures: number; readonly charged: Credits }[];
  /** Which models made most pictures. */
  readonly models: readonly { readonly model: string; readonly pictures: number; readonly charged: Credits }[];
}

/** What every call of a provider used, cost, and who paid for it. A call counts on the day it ended and was booked. */
export interface Audit {
  /**
   * Calls that ended from `since` to before `until` (ms since 1970), oldest first.
   * @param after the last one of the page before; unset: from the beginning
   */
  page(since: number, until: number, after: AuditedCall | undefined, most: number): Promise<readonly AuditedCall[]>;
  /** The newest calls of one job, oldest first. */
  ofJob(job: JobId, most: number): Promise<readonly AuditedCall[]>;
  /** Sums over the calls that ended since `since`. @param most of people and of models */
  report(since: number, most: number): Promise<Report>;
}

const nothing: Tally = {
  ...{ calls: 0, unpriced: 0, pictures: 0, listMicroUsd: 0, billedMicroUsd: 0 },
  ...{ charged: credits(0), absorbed: credits(0) },
};

/** All that several tallies count. */
export const together = (tallies: readonly Tally[]): Tally =>
  tallies.reduce(
    (sum, tally) => ({
      calls: sum.calls + tally.calls,
      unpriced: sum.unpriced + tally.unpriced,
      pictures: sum.pictures + tally.pictures,
      listMicroUsd: sum.listMicroUsd + tally.listMicroUsd,
      billedMicroUsd: sum.billedMicroUsd + tally.billedMicroUsd,
      charged: credits(sum.charged + tally.charged),
      absorbed: credits(sum.absorbed + tally.absorbed),
    }),
    nothing,
  );

/** What one call counts for. */
export function tallyOf(call: AuditedCall): Tally {
  const { delivered = 0, listMicroUsd = 0, billedMicroUsd = 0, refunded } = call;
  return {
    ...{
      calls: 1,
      unpriced: call.listMicroUsd === undefined ? 1 : 0,
      pictures: delivered,
      listMicroUsd,
      billedMicroUsd,
    },
    charged: credits((call.charged ?? 0) - refunded),
    absorbed: credits((call.absorbed ?? 0) + refunded),
  };
}
