import type { AuditedCall } from '../domain/audit.ts';
import { creditsText } from '../domain/credits.ts';
import type { FaultCode } from '../domain/fault.ts';
import { counted, duration, type Text } from '../domain/text.ts';
import { usdText } from '../domain/usd.ts';

/** How a call ended, for whoever asked for its pictures. What only a newer Easel knows is told as it is. */
const endings: Record<FaultCode | 'made' | 'refused' | 'cancelled' | 'cut off' | 'not kept', string> = {
  made: 'made',
  refused: 'declined',
  cancelled: 'cancelled',
  'cut off': 'cut off when Easel stopped',
  'not kept': 'made, but could not be stored',
  throttled: 'too busy',
  overloaded: 'overloaded',
  unreachable: 'could not be reached',
  'broken-answer': 'sent no usable picture',
  timeout: 'took too long',
  account: 'has a problem with the account',
  rejected: 'did not accept how Easel asked',
  'no-access': 'could not be posted',
  interrupted: 'interrupted',
  storage: 'could not be noted down',
  bug: 'something went wrong inside Easel',
};

/** `• openai, gpt-image-2: made 2 of 4 pictures, 12 s, 34 credits, request req_1`; admins see what it takes too. */
export function callLine(call: AuditedCall, forAdmin: boolean): Text {
  const { provider, model, outcome, startedAt, endedAt, requestId } = call;
  const facts = [
    `${endings[outcome as keyof typeof endings] ?? outcome}${howMany(call)}`,
    duration(endedAt - startedAt),
    chargedText(call),
    forAdmin ? billedText(call) : undefined,
    requestId && `request ${requestId}`,
  ];
  return [`• ${provider}, ${model}: ${facts.filter(Boolean).join(', ')}`];
}

const howMany = ({ outcome, count, delivered }: AuditedCall): string =>
  outcome === 'made' && count > 1 && delivered !== undefined ? ` ${delivered} of ${counted(count, 'picture')}` : '';

function chargedText({ charged, refunded }: AuditedCall): string | undefined {
  if (charged === undefined) return undefined;
  if (charged === 0) return 'not charged';
  return `${creditsText(charged)}${refunded > 0 ? ', given back' : ''}`;
}

/** What came to nothing may be billed all the same: that is what is reckoned with. */
function billedText({ billedMicroUsd, absorbed, outcome }: AuditedCall): string | undefined {
  if (billedMicroUsd === undefined) return undefined;
  if (billedMicroUsd === 0) return 'not billed';
  const house = absorbed ? `, ${creditsText(absorbed)} of it paid by the house` : '';
  return `${outcome === 'made' ? 'billed' : 'possibly billed'} ${usdText(billedMicroUsd)}${house}`;
}

/** Whether the pictures say where they come from; undefined where nobody looked, or nothing was made. */
export function credentialsText(calls: readonly AuditedCall[]): string | undefined {
  const looked = calls.map(({ contentCredentials }) => contentCredentials).filter((has) => has !== undefined);
  if (looked.length === 0) return undefined;
  return looked.every(Boolean)
    ? 'yes (C2PA, not checked)'
    : looked.some(Boolean)
      ? 'some of them (C2PA, not checked)'
      : 'no';
}
