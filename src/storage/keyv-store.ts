import { Keyv, type KeyvBridgeStore } from 'keyv';
import type { Kysely } from 'kysely';
import type { Clock } from '../domain/clock.ts';
import type { Schema } from './schema.ts';

/** A Keyv over our `cache` table, for data that may be lost: preferences, caches. Never money, jobs or pictures. */
export function keyvOn(db: Kysely<Schema>, clock: Clock, namespace: string): Keyv {
  const store: KeyvBridgeStore = {
    async get(key: string) {
      const row = await db
        .selectFrom('cache')
        .select('value')
        .where('key', '=', key)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', clock.now())]))
        .executeTakeFirst();
      return row?.value;
    },
    async set(key: string, value: string, ttlMs?: number) {
      const row = { value, expires_at: ttlMs === undefined ? null : clock.now() + ttlMs };
      await db
        .insertInto('cache')
        .values({ key, ...row })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
        .execute();
      return true;
    },
    async delete(key: string) {
      const { numDeletedRows } = await db.deleteFrom('cache').where('key', '=', key).executeTakeFirst();
      return Number(numDeletedRows) === 1;
    },
    // Keyv clears a namespace by looking through its keys; `clear` alone would mean everybody's.
    async *iterator() {
      const ours = db.selectFrom('cache').select(['key', 'value']).where('key', 'like', `${namespace}:%`);
      yield* (await ours.execute()).map(({ key, value }) => [key, value]);
    },
    async clear() {
      await db.deleteFrom('cache').execute();
    },
  };
  const keyv = new Keyv({ store, namespace });
  // Losable by promise: a failing store reads as empty, and the error event keeps Keyv from throwing.
  keyv.on('error', () => undefined);
  return keyv;
}
