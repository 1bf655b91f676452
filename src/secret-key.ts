import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PersonId } from './domain/person.ts';

/** `SECRET_KEY`, or the one made on first use and kept in `DATA_DIR`, readable for its owner only. */
export async function readSecretKey(configured: string | undefined, dataDir: string): Promise<string> {
  if (configured !== undefined) return configured;
  const file = path.join(dataDir, 'secret-key');
  await mkdir(dataDir, { recursive: true });
  try {
    // Fails when another process was first: then theirs counts.
    await writeFile(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(file, 'utf8');
}

/** A keyed hash of a person: stable for us, meaningless to a service that gets it. */
export const personHash =
  (secret: string) =>
  (person: PersonId): string =>
    createHmac('sha256', secret).update(person).digest('hex');
