import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { refreshed } from './readme-parts.ts';

/** `npm run readme`: writes what the README takes from the code anew. */

const file = path.join(import.meta.dirname, '..', 'README.md');
const before = await readFile(file, 'utf8');
const after = await refreshed(before);
await writeFile(file, after);
console.log(after === before ? 'README.md was up to date.' : 'README.md is up to date now.');
