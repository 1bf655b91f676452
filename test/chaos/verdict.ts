import path from 'node:path';
import type { Selectable } from 'kysely';
import type { JobId } from '../../src/domain/job.ts';
import { nativeId, type PersonId } from '../../src/domain/person.ts';
import { nonceOf } from '../../src/platforms/discord/message.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import type { JobsTable } from '../../src/storage/schema.ts';
import type { SeenMessage } from '../fakes/discord/server.ts';
import type { ShownMessage } from '../fakes/slack/server.ts';
import { customIdFor } from './discord-people.ts';
import { callsFor, madeOf } from './lineage.ts';
import { jobOnButton } from './slack-people.ts';
import type { Town } from './town.ts';
import type { Wanted } from './wishes.ts';

type JobRow = Selectable<JobsTable>;

/** What the world looks like when all is over, held against the books. */
export interface Verdict {
  /** Everything that is not as it should be, in words. */
  readonly wrong: readonly string[];
  readonly figures: {
    readonly jobs: number;
    readonly delivered: number;
    /** Of those delivered. */
    readonly edits: number;
    readonly calls: number;
    /** Calls of the image service that were cut off and booked to the house. */
    readonly cutOff: number;
    /** Files on Slack that nobody sees: their life ended between upload and posting. */
    readonly orphanUploads: number;
    /** Cards of finished jobs that still say that the job is on its way. */
    readonly staleCards: number;
  };
}

/** What one job has left on its platform. Picture sets are the hashes of one message's pictures. */
interface Traces {
  readonly roots: number;
  readonly cards: readonly { readonly buttons: boolean }[];
  readonly results: number;
  readonly pictureSets: readonly (readonly string[])[];
  /** Whom its messages ping. */
  readonly pinged: readonly string[];
}

/**
 * @param excused jobs that may end without a picture: somebody wanted to stop them, or they could not be made
 * @param wantedFor what the service must have been sent for a job
 */
export async function judge(
  town: Town,
  excused: ReadonlySet<string>,
  wantedFor: (job: string) => Wanted | undefined = () => undefined,
): Promise<Verdict> {
  const { db } = town.at.database;
  const jobs = await db.selectFrom('jobs').selectAll().orderBy('id').execute();
  const entries = await db.selectFrom('entries').selectAll().orderBy('seq').execute();
  const kept = await db.selectFrom('pictures').selectAll().orderBy('position').execute();
  const { findings } = await diagnose(db, fileBlobs(path.join(town.at.folder, 'blobs')));
  const wrong = [
    ...findings.map(({ subject, what }) => `doctor: ${subject} ${what}`),
    ...promised(town, jobs),
    ...(await madeOf(town, jobs, kept, wantedFor)),
    ...town.openai.violations().map(({ says }) => `OpenAI: ${says}`),
    ...strangers(town, new Set(kept.map(({ blob }) => blob))),
  ];
  const hashesOf = ({ id }: JobRow) => kept.filter((picture) => picture.job === id).map(({ blob }) => blob);
  let staleCards = 0;
  for (const job of jobs) {
    const complain = (what: string) => wrong.push(`${job.id} (${job.state}, ${job.attempt} attempts): ${what}`);
    const hashes = hashesOf(job);
    const traces = (job.platform === 'discord' ? onDiscord : onSlack)(job, new Set(hashes), town);
    const delivered = job.state === 'delivered';
    if (!delivered && !excused.has(job.id)) complain(`ended so: ${job.outcome}`);

    if (traces.roots !== 1) complain(`has ${traces.roots} root messages`);
    // A job that was cancelled while it was being announced needs no card.
    if (traces.cards.length !== 1 && delivered) complain(`has ${traces.cards.length} cards`);
    if (traces.results !== (delivered ? 1 : 0)) complain(`has ${traces.results} results`);
    // Whoever got the same pictures shows them too; each has one result.
    const wanted = jobs.filter((other) => other.state === 'delivered' && isSame(hashesOf(other), hashes)).map(hashesOf);
    if (JSON.stringify(traces.pictureSets) !== JSON.stringify(wanted))
      complain(`shows ${traces.pictureSets.length} sets of pictures, or not those that are kept`);
    const asker = nativeId(job.person as PersonId)
      .split('/')
      .at(-1);
    for (const pinged of traces.pinged) if (pinged !== asker) complain(`pings ${pinged}`);
    if (traces.cards.some(({ buttons }) => buttons)) staleCards++;

    const own = entries.filter((entry) => entry.job === job.id);
    const of = (kind: string) => own.filter((entry) => entry.kind === kind);
    const charges = of('charge').map(({ amount }) => amount);
    // What is another's picture costs nothing, and was made for the other.
    const isFree = job.leader !== null;
    if (JSON.stringify(charges) !== JSON.stringify(delivered && !isFree ? [job.charged] : []))
      complain(`is charged ${charges.join(' and ') || 'nothing'}, not ${delivered ? job.charged : 'nothing'}`);
    if (delivered && (job.charged ?? 0) > 0 === isFree) complain(`costs ${job.charged}`);
    if (of('hold').length !== 1) complain(`has ${of('hold').length} holds`);
    if (of('refund').length > 0) complain('is refunded');
    const billed = callsFor(job, town).filter((call) => call.billed).length;
    const covered =
      of('house').filter(({ reason }) => /^(possibly )?billed:/.test(reason ?? '')).length + (delivered ? 1 : 0);
    if (billed > covered && !isFree)
      complain(`was billed ${billed} times by the image service, and ${covered} are booked`);
    if (delivered && billed === 0) complain('was delivered without being made');
  }
  const files = town.slack.files().filter(({ fromApp, state }) => fromApp && state === 'uploaded');
  return {
    wrong,
    figures: {
      jobs: jobs.length,
      delivered: jobs.filter(({ state }) => state === 'delivered').length,
      edits: jobs.filter(({ state, request }) => state === 'delivered' && JSON.parse(request).task === 'edit').length,
      calls: town.calls().length,
      cutOff: entries.filter(({ reason }) => reason?.includes('the process died')).length,
      orphanUploads: files.length,
      staleCards,
    },
  };
}

/** A root message is a promise: there must be a job for each. */
function promised({ discord, slack }: Town, jobs: readonly JobRow[]): string[] {
  const known = new Set(jobs.map(({ id }) => id));
  const onDiscord = discord
    .interactions()
    .filter(({ answer, name }) => answer?.type === 4 && !answer.ephemeral && !name.startsWith('cancel:'))
    .map(({ id }) => `discord-${id}`);
  const onSlack = slack.messages().flatMap((message) => (noteOf(message).role === 'root' ? [noteOf(message).job] : []));
  // What Discord shows of a message's job names no job, but there are as many as jobs.
  const announced = discord
    .messages()
    .filter(({ author, content }) => author.bot && / asked (for|to change) /.test(content));
  const own = jobs.filter(({ platform }) => platform === 'discord').length;
  return [
    ...[...onDiscord, ...onSlack].filter((id) => !known.has(id)).map((id) => `${id} was promised and is no job`),
    ...(announced.length === own ? [] : [`Discord shows ${announced.length} announcements of ${own} jobs`]),
  ];
}

/** Pictures that nobody keeps, wherever they are shown, and pings of whole crowds. */
function strangers({ discord, slack }: Town, kept: ReadonlySet<string>): string[] {
  const shown = [
    ...discord
      .messages()
      .flatMap(({ id, attachments }) =>
        attachments.flatMap(({ filename, sha256 }) =>
          isPicture(filename) ? [{ where: `Discord: ${id}`, sha256 }] : [],
        ),
      ),
    ...slack
      .messages()
      .flatMap(({ ts, files }) =>
        files.flatMap(({ name, sha256 = '' }) => (isPicture(name) ? [{ where: `Slack: ${ts}`, sha256 }] : [])),
      ),
  ];
  const crowds = slack.pings().filter(({ kind }) => kind !== 'user');
  return [
    ...shown.filter(({ sha256 }) => !kept.has(sha256)).map(({ where }) => `${where} shows a picture that is no job's`),
    ...crowds.map(({ kind, ts }) => `Slack: ${ts} pings ${kind}`),
  ];
}

const isSame = (some: readonly string[], others: readonly string[]): boolean => some.join() === others.join();

const isPicture = (name: string): boolean => /^easel-\d+\./.test(name);

function onDiscord(job: JobRow, own: ReadonlySet<string>, { discord }: Town): Traces {
  const id = job.id as JobId;
  const all = discord.messages();
  const hasNonce = (role: 'root' | 'card') => (message: SeenMessage) =>
    message.nonce === nonceOf(id, role, message.channelId);
  const roots = all.filter((message) => `discord-${message.interactionId}` === id || hasNonce('root')(message));
  const cards = all.filter(hasNonce('card'));
  const results = all.filter(
    ({ components, attachments }) => attachments.length > 0 && customIdFor(components, 'again') === `again:${id}`,
  );
  const sets = all.filter(({ attachments }) => attachments.some(({ sha256 }) => own.has(sha256)));
  const messages = new Set([...roots, ...cards, ...results].map((message) => message.id));
  return {
    roots: roots.length,
    cards: cards.map(({ components }) => ({ buttons: components.length > 0 })),
    results: results.length,
    pictureSets: sets.map(({ attachments }) => attachments.map(({ sha256 }) => sha256)),
    pinged: discord.pings().flatMap((ping) => (messages.has(ping.messageId) ? [ping.id] : [])),
  };
}

function onSlack(job: JobRow, own: ReadonlySet<string>, { slack }: Town): Traces {
  const all = slack.messages();
  const noted = all.filter((message) => noteOf(message).job === job.id);
  const by = (role: string) => noted.filter((message) => noteOf(message).role === role);
  const sets = all.filter(({ files }) => files.some(({ sha256 = '' }) => own.has(sha256)));
  const messages = new Set([...noted, ...sets].map(({ ts }) => ts));
  return {
    roots: by('root').length,
    cards: by('card').map(({ blocks }) => ({ buttons: jobOnButton(blocks, 'cancel') !== undefined })),
    results: by('result').filter(({ blocks }) => jobOnButton(blocks, 'again') === job.id).length,
    pictureSets: sets.map(({ files }) => files.map(({ sha256 = '' }) => sha256)),
    pinged: slack.pings().flatMap((ping) => (messages.has(ping.ts) ? [ping.id] : [])),
  };
}

function noteOf({ metadata }: ShownMessage): { role?: string; job: string } {
  return (metadata?.event_payload ?? { job: '' }) as { role?: string; job: string };
}
