import type { Button, ButtonAction, Card, Preview, Stage } from '../domain/card.ts';
import { creditsText } from '../domain/credits.ts';
import { faultText } from '../domain/fault.ts';
import { type Origin, sizeText } from '../domain/image.ts';
import type { Job, NewJob, Outcome } from '../domain/job.ts';
import { refusalText } from '../domain/refusal.ts';
import { ago, counted, duration, excerpt, lines, ordinal, type Span, type Text } from '../domain/text.ts';
import type { Otherwise } from './came-otherwise.ts';

/** All words about a job that are posted where others see them. */

const labels: Record<ButtonAction, string> = {
  again: 'Again',
  edit: 'Edit',
  vary: 'Vary',
  undo: 'Undo',
  details: 'Details',
  delete: 'Delete',
  cancel: 'Cancel',
};

const button = (job: NewJob, action: ButtonAction, label = labels[action]): Button => ({
  action,
  job: job.id,
  label,
  disabled: false,
});

/** Whose pictures a job gets too: data. `madeAt` is undefined while they are being made. */
export interface Shared {
  readonly whose: string;
  readonly madeAt: number | undefined;
}

/** `made 3 minutes ago for ann, free`. What was still being made when it was asked for is of the same time. */
function freeText({ whose, madeAt }: Shared, { createdAt }: NewJob): string {
  const when = madeAt === undefined || madeAt > createdAt ? 'at the same time' : ago(createdAt - madeAt);
  return `made ${when} for ${excerpt(whose, 40)}, free`;
}

const sharingText = ({ whose }: Shared, { quote }: NewJob): string =>
  `free: the same is being made for ${excerpt(whose, 40)} already (else ${creditsText(quote)})`;

/**
 * The first message: who asked for what, what it will cost, where it stands. Nobody but the asker is pinged by it.
 * @param shared whose pictures it gets too, which is free
 */
export function rootText(job: NewJob, placeInQueue: number | undefined, shared?: Shared): Text {
  const place = placeInQueue === undefined ? '' : ` · ${ordinal(placeInQueue)} in the queue`;
  const free = shared && (shared.madeAt === undefined ? sharingText : freeText)(shared, job);
  return lines(
    [{ person: job.person.id }, ` ${askedFor(job.request)}: `, { bold: excerpt(job.request.words, 300) }],
    [{ quiet: free ?? `${creditsText(job.quote)}${place}` }],
    ...job.notes.map((note): Text => [{ quiet: note }]),
  );
}

function askedFor({ task, count, origin, inputs }: NewJob['request']): string {
  const what = count === 1 ? 'a picture' : counted(count, 'picture');
  if (task === 'generate') return `asked for ${what}`;
  const others = inputs.length > 1 ? ` with ${counted(inputs.length - 1, 'other')}` : '';
  return `asked to change ${origin ? originText(origin) : 'a picture'}${others}${count > 1 ? ` into ${what}` : ''}`;
}

/** `v1 of “a red fox”`, or `picture 2 of “a red fox”` where a version has several. */
export function originText({ words, version, picture }: Origin): string {
  return `${picture === undefined ? '' : `picture ${picture} of `}v${version} of “${excerpt(words, 60)}”`;
}

/** `v3 of “a red fox”, from v1`. Undefined for what does not change a picture of ours. */
export function versionText({ version, request: { origin } }: Job): string | undefined {
  if (!origin || version === undefined) return undefined;
  const which = origin.picture === undefined ? '' : `picture ${origin.picture} of `;
  return `v${version} of “${excerpt(origin.words, 60)}”, from ${which}v${origin.version}`;
}

export const threadTitle = (job: NewJob): string => excerpt(job.request.words, 80) || 'A picture';

const make = ({ model, quality, count, ...request }: NewJob['request'], size = sizeText(request.size)): string =>
  `${model} · ${quality} · ${size}${count > 1 ? ` · ${count} pictures` : ''}`;

function card(
  stage: Stage,
  job: NewJob,
  headline: readonly Span[],
  detail: string | undefined,
  more: Partial<Card> = {},
): Card {
  const notes = job.notes.map((note): Text => [{ quiet: note }]);
  const text = lines(headline, detail === undefined ? undefined : [{ quiet: detail }], ...notes);
  return { stage, text, bar: undefined, preview: undefined, buttons: [], ...more };
}

export function waitingCard(job: NewJob, placeInQueue: number | undefined, shared?: Shared): Card {
  if (shared?.madeAt !== undefined) return postingCard(job);
  if (shared) {
    const same = ' · the same picture is being made already; you get it too, free';
    return card('waiting', job, [{ bold: 'Waiting' }, same], make(job.request), { buttons: [button(job, 'cancel')] });
  }
  const place = placeInQueue === undefined ? 'next to be made' : `${ordinal(placeInQueue)} in the queue`;
  return card('waiting', job, [{ bold: 'Waiting' }, ` · ${place}`], make(job.request), {
    buttons: [button(job, 'cancel')],
  });
}

export interface Moment {
  /** Milliseconds since this start. */
  readonly elapsedMs: number;
  /** How long calls like this take, learnt; undefined without a history. */
  readonly expectedMs: number | undefined;
  /** The provider's own count. */
  readonly percent: number | undefined;
  readonly preview: Preview | undefined;
  readonly retryInMs: number | undefined;
  /** The service that is asked after another one failed. */
  readonly switchedTo: string | undefined;
}

export function runningCard(job: Job, moment: Moment): Card {
  const left = timeLeft(moment);
  const headline = [{ bold: 'Being made' }, ...(left === undefined ? [] : [` · ${left}`])];
  const switched = moment.switchedTo === undefined ? '' : ` · switched to ${moment.switchedTo}`;
  return card('running', job, headline, `${make(job.request)}${switched}`, {
    bar: fractionDone(moment),
    preview: moment.preview,
    buttons: [button(job, 'cancel')],
  });
}

/** A learnt bar stops short of the end: only the picture itself is the end. */
function fractionDone({ percent, elapsedMs, expectedMs }: Moment): number | undefined {
  if (percent !== undefined) return Math.min(percent, 100) / 100;
  return expectedMs === undefined ? undefined : Math.min(elapsedMs / expectedMs, 0.95);
}

/** Undefined where the provider's own percent says more than a time without a history could. */
function timeLeft({ elapsedMs, expectedMs, retryInMs, percent }: Moment): string | undefined {
  if (retryInMs !== undefined) return `the service is busy, next try in ${duration(retryInMs)}`;
  if (expectedMs === undefined && percent !== undefined) return undefined;
  if (expectedMs === undefined)
    return elapsedMs < 10_000 ? 'just started' : `${Math.floor(elapsedMs / 10_000) * 10} s so far`;
  return expectedMs > elapsedMs
    ? `about ${duration(expectedMs - elapsedMs)} left`
    : 'longer than usual, any moment now';
}

export const postingCard = (job: NewJob): Card =>
  card('posting', job, [{ bold: 'Made' }, ' · being posted'], make(job.request));

export const pausedCard = (job: Job): Card =>
  card('paused', job, [{ bold: 'Paused' }, ' · Easel is restarting, it will go on by itself'], make(job.request));

export function doneCard(job: Job, tookMs: number): Card {
  return card('done', job, [{ bold: 'Done' }, ` in ${duration(tookMs)}`], make(job.request));
}

export function endedCard(job: NewJob, outcome: Outcome): Card {
  return card(
    'ended',
    job,
    [outcomeText(outcome)],
    undefined,
    'cancelled' in outcome ? {} : { buttons: [button(job, 'again')] },
  );
}

export function outcomeText(outcome: Outcome): string {
  if ('refusal' in outcome) return refusalText(outcome.refusal);
  if ('fault' in outcome) return faultText(outcome.fault, outcome.retryAfterMs);
  return 'Cancelled. Nothing was charged.';
}

export interface Footer {
  readonly tookMs: number;
  readonly charged: string;
  readonly shared: Shared | undefined;
  readonly left: string;
  /** How many came of those asked for. */
  readonly pictures: number;
  readonly reencoded: number;
  /** Of the pictures as they came. */
  readonly size: string;
  readonly otherwise: readonly Otherwise[];
  /** Why it is not posted where it was asked for. */
  readonly moved: boolean;
}

export function resultText(job: Job, footer: Footer): Text {
  const { count } = job.request;
  const { shared } = footer;
  const some = `${footer.pictures} of ${count} came out`;
  const fewer = footer.pictures < count ? `${some}${shared ? '' : '; only these are charged'}.` : undefined;
  const smaller =
    footer.reencoded > 0
      ? `${counted(footer.reencoded, 'picture')} too large to post here ${footer.reencoded === 1 ? 'was' : 'were'} re-encoded; the original is kept.`
      : undefined;
  const otherwise = footer.otherwise.map(
    ({ asked, came }) => `The image service sent ${came} where ${asked} was asked.`,
  );
  const moved = footer.moved ? 'It could not be posted where you asked, so here it is.' : undefined;
  const cost = shared ? freeText(shared, job) : footer.charged;
  return lines(
    [{ person: job.person.id }, ' ', { bold: excerpt(job.request.words, 200) }],
    ...[fewer, smaller, ...otherwise, moved, ...job.notes].filter((note) => note !== undefined),
    ...[versionText(job)].filter((version) => version !== undefined).map((version): Text => [{ quiet: version }]),
    [{ quiet: `${make(job.request, footer.size)} · ${duration(footer.tookMs)} · ${cost} · ${footer.left} left` }],
  );
}

export const resultButtons = (job: Job): readonly Button[] => [
  button(job, 'again', job.leader ? 'Make a new one' : labels.again),
  button(job, 'edit'),
  button(job, 'vary'),
  ...(job.request.origin ? [button(job, 'undo')] : []),
  button(job, 'details'),
  button(job, 'delete'),
];

/** Alt text made from the prompt, and from that of the picture it changes. */
export function altText({ request: { words, count, origin } }: Job, position: number): string {
  const which = count > 1 ? `Picture ${position + 1} of ${count}: ` : '';
  const what = origin ? `${excerpt(origin.words, 400)}, changed: ${words}` : words;
  return excerpt(`${which}${what}`, 1_000) || 'A picture';
}
