import { type Report, type Tally, together } from './audit.ts';
import { creditsText } from './credits.ts';
import type { PersonId } from './person.ts';
import { counted, lines, type Span, type Text } from './text.ts';
import { savingText, usdText } from './usd.ts';

/** So many of each fit into one message on every platform. */
const providersMost = 5;
const modelsMost = 5;

/** Where the credits and the dollars went, for admins: per service, together, and who and what took most. */
export function reportText({ providers, people, models }: Report, days: number, since: number): Text {
  const from = `${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const span: Span[] = [{ bold: days === 1 ? 'The last day' : `The last ${days} days` }, ` since ${from}`];
  if (providers.length === 0) return [...span, ': no image service was called.'];
  const shown = providers.slice(0, providersMost);
  const others = providers.slice(providersMost);
  const { unpriced } = together(providers);
  return lines(
    span,
    ...shown.map((tally) => tallyLine(tally.provider, tally)),
    others.length > 0 ? tallyLine(counted(others.length, 'other service'), together(others)) : undefined,
    providers.length > 1 ? tallyLine('Together', together(providers)) : undefined,
    people.length > 0 ? [{ bold: 'Most credits' }, ...people.flatMap(personSpans)] : undefined,
    models.length > 0
      ? [{ bold: 'Most pictures' }, ` ${models.slice(0, modelsMost).map(modelText).join(', ')}`]
      : undefined,
    unpriced > 0 ? [{ quiet: unpricedText(unpriced) }] : undefined,
  );
}

const tallyLine = (name: string, tally: Tally): Text => [{ bold: name }, ` ${tallyText(tally)}`];

/** `3 pictures · list US$0.0600, paid US$0.0300, saved US$0.0300 (50 %) · 30 credits charged, 4 paid by the house`. */
export function tallyText({ pictures, listMicroUsd, billedMicroUsd, charged, absorbed }: Tally): string {
  const money = `list ${usdText(listMicroUsd)}, paid ${usdText(billedMicroUsd)}, ${savingText(listMicroUsd, billedMicroUsd)}`;
  return `${counted(pictures, 'picture')} · ${money} · ${creditsText(charged)} charged, ${absorbed} paid by the house`;
}

/** Why calls are in no sum. */
export const unpricedText = (unpriced: number): string =>
  `${counted(unpriced, 'call')} of an older Easel ${unpriced === 1 ? 'says' : 'say'} nothing about money and ${unpriced === 1 ? 'is' : 'are'} in no sum.`;

function personSpans({ person, charged }: { person: PersonId; charged: number }, at: number): Span[] {
  return [at === 0 ? ' ' : ', ', { person }, ` ${charged}`];
}

const modelText = ({ model, pictures, charged }: Report['models'][number]): string =>
  `${model} ${pictures} (${creditsText(charged)})`;
