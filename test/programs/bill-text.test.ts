import { expect, test } from 'vitest';
import { billText } from '../../src/programs/bill-text.ts';
import type { ProviderBill } from '../../src/storage/doctor-bills.ts';

const nothing: ProviderBill = {
  ...{ provider: 'relay', calls: 0, listMicroUsd: 0, billedMicroUsd: 0 },
  ...{ charged: 0, refunded: 0, forNothing: 0, beyond: 0 },
};

test('a bill that was paid to the credit says no more than that', () => {
  const bill = { ...nothing, calls: 1, listMicroUsd: 17_000, billedMicroUsd: 17_000, charged: 17 };
  expect(billText(bill, 0.001)).toBe('relay: 1 call, billed US$0.0170; 17 credits charged, 0 absorbed.');
});

test('each difference is named with whose it is', () => {
  const bill = {
    ...{ ...nothing, calls: 40, listMicroUsd: 1_000_000, billedMicroUsd: 500_000 },
    ...{ charged: 466, refunded: 17, forNothing: 40, beyond: 6 },
  };
  expect(billText(bill, 0.001)).toBe(
    'relay: 40 calls, billed US$0.5000 (US$1.0000 by the list); 466 credits charged, 46 absorbed. ' +
      'The house keeps 12 credits of rounding up. ' +
      'The house paid 40 credits for calls that came to nothing. ' +
      'The house paid 6 credits for pictures that cost more than was held for them. ' +
      'The house took over 17 credits that were given back.',
  );
});

test('where a credit was worth less before, the house is short of the rest', () => {
  const bill = { ...nothing, calls: 1, listMicroUsd: 17_000, billedMicroUsd: 17_000, charged: 17 };
  expect(billText(bill, 0.0005)).toContain('The house is short of 17 credits: less was booked than was billed.');
});
