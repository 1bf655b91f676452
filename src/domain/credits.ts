import { counted } from './text.ts';

/** Whole credits, never negative: build one with `credits(n)`. One credit is `CREDIT_USD` of list price. */
export type Credits = number & { readonly unit: 'credits' };

/** @throws RangeError when `n` is not a whole number from 0 to 2^53 − 1: a bug, never a user's problem. */
export function credits(n: number): Credits {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no amount of credits`);
  return n as Credits;
}

export const creditsText = (amount: Credits): string => counted(amount, 'credit');
