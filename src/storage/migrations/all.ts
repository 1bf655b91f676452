import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';
import { start } from './0001-start.ts';
import { editing } from './0002-editing.ts';
import { answers } from './0006-answers.ts';

/** Every migration by its name, oldest first. Migrations only add, so that old and new versions can run side by side. */
export const migrations = (engine: Engine): Record<string, Migration> => ({
  '0001-start': start(engine),
  '0002-editing': editing,
  '0006-answers': answers,
});
