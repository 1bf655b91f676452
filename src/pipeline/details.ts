import { creditsText } from '../domain/credits.ts';
import { sizeText } from '../domain/image.ts';
import type { Job } from '../domain/job.ts';
import { counted, duration, excerpt, lines, type Text } from '../domain/text.ts';
import { callLine, credentialsText } from './call-lines.ts';
import { originText, outcomeText, versionText } from './cards.ts';
import type { Parts } from './parts.ts';
import { sharedOf } from './share.ts';

const childrenMost = 5;
const callsMost = 10;

/** Who looks: the calls behind a picture are for the one who asked for it, and for admins, who see the bill too. */
export type Viewer = 'anybody' | 'asker' | 'admin';

/** All there is to know about a job: what was asked, what came of it, what it came from and what came from it. */
export async function details(job: Job, viewer: Viewer, parts: Parts): Promise<Text> {
  const calls = viewer === 'anybody' ? [] : await parts.store.audit.ofJob(job.id, callsMost + 1);
  const newest = calls.slice(-callsMost);
  const children = await parts.store.gallery.children(job.id);
  const shared = await sharedOf(job, parts);
  const { request: made, outcome, charged, createdAt, startedAt, endedAt } = job;
  const took = startedAt !== undefined && endedAt !== undefined ? duration(endedAt - startedAt) : undefined;
  return lines(
    line('Prompt', made.prompt),
    line(
      'Model',
      `${made.model}, ${made.quality}, ${sizeText(made.size)}, ${made.format}, background ${made.background}`,
    ),
    line('Asked for', `${counted(made.count, 'picture')} at ${minute(createdAt)}`),
    line('Version', versionText(job)),
    line('Made from', madeFrom(job)),
    line('Changed into', changedInto(children)),
    line('State', outcome ? outcomeText(outcome) : job.state),
    line('Quote', creditsText(job.quote)),
    line('Charged', charged === undefined ? undefined : creditsText(charged)),
    line(
      'Free',
      shared && `made ${shared.madeAt === undefined ? '' : `at ${minute(shared.madeAt)} `}for ${shared.whose}`,
    ),
    line('Took', took),
    line(
      'Made by',
      job.providerRequest ? `${job.provider}, request ${job.providerRequest}` : job.provider || undefined,
    ),
    line('Content credentials', credentialsText(calls)),
    newest.length === 0 ? undefined : [{ bold: 'Calls' }, newest.length < calls.length ? ' of late' : ''],
    ...newest.map((call) => callLine(call, viewer === 'admin')),
    ...job.notes,
    [{ quiet: `job ${job.id}` }],
  );
}

const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const line = (name: string, value: string | undefined): Text | undefined =>
  value === undefined ? undefined : [{ bold: name }, ` ${value}`];

function madeFrom({ request: { inputs, origin, mask, region } }: Job): string | undefined {
  if (inputs.length === 0) return undefined;
  const foreign = inputs.filter(({ parent }) => !parent).length;
  const own = inputs.length - foreign - (origin ? 1 : 0);
  const from = [
    origin && originText(origin),
    own > 0 ? counted(own, 'other picture') : undefined,
    foreign > 0 ? `${counted(foreign, 'picture')} of your own` : undefined,
    region ? `only ${region.left},${region.top}-${region.right},${region.bottom} %` : mask && 'with a mask',
  ];
  return from.filter((part) => part !== undefined).join(', ');
}

function changedInto(children: readonly Job[]): string | undefined {
  if (children.length === 0) return undefined;
  const named = children.slice(0, childrenMost).map(({ version, request }) => {
    const which = version === undefined ? 'in the works' : `v${version}`;
    return `${which} “${excerpt(request.words, 60)}”`;
  });
  const more = children.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
