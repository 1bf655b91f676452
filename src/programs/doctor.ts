import { openStorage } from '../build.ts';
import { readConfig } from '../config.ts';
import { counted as count } from '../domain/text.ts';
import { type Diagnosis, diagnose } from '../storage/doctor.ts';
import { providerBills, roundingOf } from '../storage/doctor-bills.ts';
import { systemClock } from '../system-clock.ts';
import { billText } from './bill-text.ts';

/** `npm run doctor`: recounts everything and says what does not add up. Exit code 1 when something does not. */
export async function doctor(json: boolean): Promise<number> {
  const config = readConfig(process.env);
  const { database, store, blobs } = await openStorage(config, systemClock);
  const diagnosis = await diagnose(database.db, blobs);
  const { creditUsd } = config;
  const bills = (await providerBills(database.db)).map((bill) => ({ ...bill, rounding: roundingOf(bill, creditUsd) }));
  await store.close();
  const lines = [report(diagnosis), ...bills.map((bill) => billText(bill, creditUsd))];
  console.log(json ? JSON.stringify({ ...diagnosis, providers: bills }, undefined, 2) : lines.join('\n'));
  return diagnosis.findings.length === 0 ? 0 : 1;
}

function report({ counted, credits, findings }: Diagnosis): string {
  const { accounts, entries, jobs, pictures } = counted;
  const sums = `${credits.issued} credits issued: ${credits.available} available, ${credits.held} held, ${credits.charged} charged. The house paid ${credits.house}.`;
  const verdict =
    findings.length === 0
      ? 'All adds up.'
      : `${findings.length} ${findings.length === 1 ? 'thing does' : 'things do'} not add up:`;
  return [
    `Recounted ${count(accounts, 'account')}, ${entries} ${entries === 1 ? 'entry' : 'entries'}, ${count(jobs, 'job')}, ${count(pictures, 'picture')}.`,
    sums,
    verdict,
    ...findings.map(({ check, subject, what }) => `  ${check}: ${subject} ${what}`),
  ].join('\n');
}
