import { credits } from '../../src/domain/credits.ts';
import type { ImageRequest, InputPicture } from '../../src/domain/image.ts';
import type { PictureRef } from '../../src/domain/image-source.ts';
import { type JobId, jobId, type KeptPicture, type NewJob, type Place } from '../../src/domain/job.ts';
import type { Finished } from '../../src/domain/job-queue.ts';
import { type Person, type PlatformName, personId, workspaceId } from '../../src/domain/person.ts';

/** Jobs and people for tests of storage: small, and different only where a test says so. */

export const place: Place = { platform: 'console', line: 1 };

export const person = (name: string, platform: PlatformName = 'console'): Person => ({
  id: personId(platform, name),
  workspace: workspaceId(platform, 'here'),
  name,
});

export const request: ImageRequest = {
  task: 'generate',
  inputs: [],
  words: 'a red fox',
  prompt: 'a red fox',
  model: 'gpt-image-2.5-flare',
  size: { width: 1024, height: 1024 },
  quality: 'medium',
  count: 1,
  background: 'auto',
  format: 'png',
  partialImages: 0,
  fresh: false,
  endUser: 'hash',
};

/** The `n`th job of `name`, asked for at the millisecond `n`: for 100 credits, 120 held. */
export const newJob = (name: string, n: number, platform: PlatformName = 'console'): NewJob => ({
  id: jobId(platform, `${name}-${n}`),
  person: person(name, platform),
  place: { ...place, platform },
  request,
  quote: credits(100),
  held: credits(120),
  notes: [],
  family: jobId(platform, `${name}-${n}`),
  lane: 'normal',
  createdAt: n,
});

/** The `n`th job of `name`, which changes pictures of ours: a version of what the first of them is a version of. */
export const newEdit = (
  name: string,
  n: number,
  first: PictureRef & { family: JobId },
  ...others: PictureRef[]
): NewJob => ({
  ...newJob(name, n),
  family: first.family,
  request: { ...request, task: 'edit', inputs: [first, ...others].map(input) },
});

/** The first picture of a job, for an edit. */
export const pictureOf = ({ id, family }: NewJob, position = 0) => ({ job: id, position, family });

const input = ({ job, position }: PictureRef): InputPicture => ({
  ...picture,
  original: picture.blob,
  parent: { job, position },
});

export const picture: KeptPicture = { blob: 'ab'.repeat(32), format: 'png', width: 1024, height: 1024, bytes: 12 };

export const finished: Finished = {
  pictures: [picture],
  charged: credits(100),
  provider: 'sketch',
  providerRequest: 'req_1',
};

/** What is written down of a call besides how it went: nothing. */
export const nothingBooked = {
  ...{ requestId: undefined, organisation: undefined, usage: undefined, contentCredentials: undefined },
  ...{ delivered: 0, listMicroUsd: 0, billedMicroUsd: 0, charged: credits(0), absorbed: credits(0) },
} as const;
