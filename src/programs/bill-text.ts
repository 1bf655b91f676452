import { credits, creditsText } from '../domain/credits.ts';
import { counted } from '../domain/text.ts';
import { type ProviderBill, roundingOf } from '../storage/doctor-bills.ts';

/** What a service billed against what was booked for it, and whose the difference is. */
export function billText(bill: ProviderBill, creditUsd: number): string {
  const { provider, calls, listMicroUsd, billedMicroUsd, charged, refunded, forNothing, beyond } = bill;
  const absorbed = forNothing + beyond;
  const saved = listMicroUsd - billedMicroUsd;
  const price = saved === 0 ? usd(billedMicroUsd) : `${usd(billedMicroUsd)} (${usd(listMicroUsd)} by the list)`;
  const sums = `${provider}: ${counted(calls, 'call')}, billed ${price}; ${amount(charged)} charged, ${absorbed} absorbed.`;
  const rounding = Math.round(roundingOf(bill, creditUsd));
  const whose = [
    rounding > 0 ? `The house keeps ${amount(rounding)} of rounding up.` : undefined,
    rounding < 0 ? `The house is short of ${amount(-rounding)}: less was booked than was billed.` : undefined,
    forNothing > 0 ? `The house paid ${amount(forNothing)} for calls that came to nothing.` : undefined,
    beyond > 0 ? `The house paid ${amount(beyond)} for pictures that cost more than was held for them.` : undefined,
    refunded > 0 ? `The house took over ${amount(refunded)} that were given back.` : undefined,
  ];
  return [sums, ...whose.filter((line) => line !== undefined)].join(' ');
}

const amount = (number: number): string => creditsText(credits(number));
const usd = (microUsd: number): string => `US$${(microUsd / 1e6).toFixed(4)}`;
