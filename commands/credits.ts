import { answerCommand, groupCommand } from '../src/domain/command.ts';
import { credits, creditsText } from '../src/domain/credits.ts';
import type { Entry } from '../src/domain/ledger.ts';
import { reportText } from '../src/domain/report-text.ts';
import { lines, type Text } from '../src/domain/text.ts';

const historyMost = 15;
const peopleMost = 10;
const dayMs = 24 * 60 * 60 * 1000;
const user = { kind: 'person', summary: 'Whose credits', required: true } as const;
const amount = { kind: 'integer', summary: 'How many credits', required: true, min: 1, max: 10_000_000 } as const;
const reason = { kind: 'text', summary: 'Why, for the record', required: true, maxLength: 200 } as const;

/** What a person has, and where it went; admins give and take, and see where all of it goes. */
export default groupCommand({
  summary: 'See your credits; admins grant and revoke them',
  defaultVerb: 'balance',
  verbs: {
    balance: answerCommand({
      summary: 'What you have',
      options: {},
      async answer(_values, { ledger, asker }) {
        const { available, held } = await ledger.balance(asker.id);
        const waiting = held > 0 ? `, and ${creditsText(held)} held for pictures in the works` : '';
        return `You have ${creditsText(available)}${waiting}.`;
      },
    }),
    history: answerCommand({
      summary: 'Where your credits came from and went',
      options: {},
      async answer(_values, { ledger, asker }) {
        const entries = await ledger.history(asker.id, historyMost);
        return entries.length === 0 ? 'Nothing has been booked for you yet.' : lines(...entries.map(entryLine));
      },
    }),
    grant: answerCommand({
      summary: 'Give credits to someone (admins)',
      adminOnly: 'grant credits',
      options: { user, amount, reason },
      async answer(given, { ledger, asker, requestId }) {
        const granted = credits(given.amount);
        const { available } = await ledger.grant(given.user, granted, asker.id, given.reason, requestId);
        return [
          'Granted ',
          { bold: creditsText(granted) },
          ' to ',
          { person: given.user },
          `. They have ${available} now.`,
        ];
      },
    }),
    revoke: answerCommand({
      summary: 'Take credits from someone (admins)',
      adminOnly: 'revoke credits',
      options: { user, amount, reason },
      async answer(given, { ledger, asker, requestId }) {
        const wanted = credits(given.amount);
        const { available, taken } = await ledger.revoke(given.user, wanted, asker.id, given.reason, requestId);
        const all = taken < wanted ? ', all there was' : '';
        return [
          'Took ',
          { bold: creditsText(taken) },
          ' from ',
          { person: given.user },
          `${all}. They have ${available} now.`,
        ];
      },
    }),
    report: answerCommand({
      summary: 'What the image services made and took, and who pays it (admins)',
      adminOnly: 'see where all credits go',
      options: { days: { kind: 'integer', summary: 'Of how many days, 30 unless you say', min: 1, max: 365 } },
      async answer({ days = 30 }, { audit, now }) {
        const since = now - days * dayMs;
        return reportText(await audit.report(since, peopleMost), days, since);
      },
    }),
  },
});

const signs: Record<Entry['kind'], string> = {
  start: '+',
  grant: '+',
  revoke: '−',
  hold: '·',
  charge: '−',
  release: '·',
  refund: '+',
  house: '·',
};
const names: Record<Entry['kind'], string> = {
  start: 'to start with',
  grant: 'granted',
  revoke: 'revoked',
  hold: 'held for a picture',
  charge: 'charged for a picture',
  release: 'given back',
  refund: 'refunded',
  house: 'paid by the house',
};

function entryLine({ kind, amount: booked, at, by, reason: why }: Entry): Text {
  const day = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return [
    { code: `${day} UTC  ${signs[kind]}${booked}` },
    ` ${names[kind]}`,
    ...(by ? [' by ', { person: by }] : []),
    ...(why ? [`: ${why}`] : []),
  ];
}
