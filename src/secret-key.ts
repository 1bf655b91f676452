import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { forgottenPrefix, type PersonId, personId, platformOf } from './domain/person.ts';

/** `SECRET_KEY`, or the one made on first use and kept in `DATA_DIR`, readable for its owner only. */
export async function readSecretKey(configured: string | undefined, dataDir: string): Promise<string> {
  if (configured !== undefined) return configured;
  const file = path.join(dataDir, 'secret-key');
  if (!existsSync(file)) await makeKey(file);
  const key = await readFile(file, 'utf8');
  if (key.length < 32) throw new Error(`${file} is no key: remove it and a new one is made, or set SECRET_KEY.`);
  return key;
}

/** The file appears whole or not at all. Where another process was first, its key counts. */
async function makeKey(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, randomBytes(32).toString('hex'), { mode: 0o600, flush: true });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
}

/** The part of a hook's path that nobody can guess. */
export const hookSecret =
  (secret: string) =>
  (name: string): string =>
    createHmac('sha256', secret).update(`hook ${name}`).digest('hex');

/** Who a person is in the books once they are forgotten: of the same platform, the same each time. */
export const pseudonymOf =
  (secret: string) =>
  (person: PersonId): PersonId => {
    const hash = createHmac('sha256', secret).update(`forgotten ${person}`).digest('hex');
    return personId(platformOf(person), `${forgottenPrefix}${hash.slice(0, 20)}`);
  };

/** A keyed hash of a person: stable for us, meaningless to a service that gets it. */
export const personHash =
  (secret: string) =>
  (person: PersonId): string =>
    createHmac('sha256', secret).update(person).digest('hex');
