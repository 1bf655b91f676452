import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';
import { start } from './0001-start.ts';
import { editing } from './0002-editing.ts';
import { pace } from './0003-pace.ts';
import { lanes } from './0004-lanes.ts';
import { audit } from './0005-audit.ts';
import { answers } from './0006-answers.ts';

/** Every migration by its name, oldest first. Migrations only add, so that old and new versions can run side by side. */
export const migrations = (engine: Engine): Record<string, Migration> => ({
  '0001-start': start(engine),
  '0002-editing': editing,
  '0003-pace': pace,
  '0004-lanes': lanes,
  '0005-audit': audit,
  '0006-answers': answers,
});
