import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { credits } from '../../src/domain/credits.ts';
import { fileBlobs } from '../../src/storage/blobs.ts';
import { sqlStore } from '../../src/storage/store.ts';
import { answersContract } from '../contracts/answers.ts';
import { auditContract } from '../contracts/audit.ts';
import { blobStoreContract } from '../contracts/blob-store.ts';
import { followersContract } from '../contracts/followers.ts';
import { galleryContract } from '../contracts/gallery.ts';
import { jobQueueContract } from '../contracts/job-queue.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { storeContract } from '../contracts/store.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

onEveryDatabase((current) => {
  const emptied = async (clock = manualClock(), startingCredits = credits(500)) => {
    await current().empty();
    return sqlStore(current().database, clock, startingCredits);
  };

  storeContract('the database', () => emptied());
  ledgerContract('the database', async (startingCredits) => (await emptied(undefined, startingCredits)).ledger);
  jobQueueContract('the database', async (clock) => (await emptied(clock)).queue);
  followersContract('the database', (clock) => emptied(clock));
  answersContract('the database', async () => (await emptied()).answers);
  galleryContract('the database', () => emptied());
  auditContract('the database', () => emptied());
  blobStoreContract('a folder', async () => fileBlobs(path.join(current().folder, randomUUID())));
});
