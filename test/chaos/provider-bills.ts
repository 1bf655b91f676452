import type { Call } from '../fakes/openai/calls.ts';
import type { Booked } from '../journeys/studio.ts';

/** What a service itself would send a bill for, against what Easel has written down: reckoned from its own log, by its own prices. */

/** US$ per million tokens of the model that all is made with. Source: developers.openai.com model pages, read 2026-11-20. */
const usd = { textIn: 5, imageIn: 8, imageOut: 30 };
const microUsdOfCredit = 1_000;

/** Outcomes that say all there is to know of the bill. */
const told: ReadonlySet<string> = new Set(['made', 'refused', 'account', 'throttled', 'overloaded', 'rejected']);

interface Billed {
  readonly microUsd: number;
  /** A whole number per picture, rounded up. */
  readonly credits: number;
}

function billOf({ billed, usage, pictures }: Call, multiplier: number): Billed {
  if (!billed || !usage) return { microUsd: 0, credits: 0 };
  const { text_tokens, image_tokens } = usage.input_tokens_details;
  const list = text_tokens * usd.textIn + image_tokens * usd.imageIn + usage.output_tokens * usd.imageOut;
  const microUsd = list * multiplier;
  const count = Math.max(pictures.length, 1);
  return { microUsd, credits: count * Math.ceil(microUsd / count / microUsdOfCredit - 1e-9) };
}

const bookedOf = ({ charged, absorbed }: Booked): number => Number(charged) + Number(absorbed);

/** Credits for the pictures that a person has of a call which made so many: nothing for those that are of no use. */
export const priceOf = ({ delivered, billed_micro_usd }: Booked, made: number): number =>
  Number(delivered) * Math.ceil(Number(billed_micro_usd) / Math.max(made, 1) / microUsdOfCredit - 1e-9);

/** What is wrong with the books about one service, in words; nothing when every call is there once and paid once. */
export function judgeBills(calls: readonly Call[], rows: readonly Booked[], multiplier: number): string[] {
  const byId = new Map(calls.map((call) => [call.requestId, call]));
  const known = rows.flatMap((row) => {
    const call = byId.get(row.request_id ?? '');
    return call ? [{ row, call, bill: billOf(call, multiplier) }] : [];
  });
  const single = known.flatMap(({ row, call, bill }) => {
    const about = `call ${call.id} (${call.fault ?? 'well'}, ${row.outcome})`;
    const booked = bookedOf(row);
    const exact = told.has(row.outcome) && call.fault !== 'missing-usage';
    if (exact && booked !== bill.credits)
      return [`${about} was billed ${bill.credits} credits and is booked with ${booked}`];
    if (exact && row.outcome === 'made' && Math.abs(Number(row.billed_micro_usd) - bill.microUsd) > 0.5)
      return [`${about} was billed ${bill.microUsd} millionths and is booked with ${row.billed_micro_usd}`];
    return booked < bill.credits ? [`${about} was billed ${bill.credits} credits, only ${booked} are booked`] : [];
  });
  const twice = known.filter(({ call }, at) => known.findIndex((other) => other.call === call) !== at);
  const billed = calls.reduce((sum, call) => sum + billOf(call, multiplier).credits, 0);
  const booked = rows.reduce((sum, row) => sum + bookedOf(row), 0);
  return [
    ...single,
    ...twice.map(({ call }) => `call ${call.id} is booked twice`),
    ...(rows.length === calls.length ? [] : [`${calls.length} calls were made, ${rows.length} are booked`]),
    ...(billed <= booked ? [] : [`${billed} credits were billed, only ${booked} are booked`]),
  ];
}
