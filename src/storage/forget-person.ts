import { sql } from 'kysely';
import type { PersonId } from '../domain/person.ts';
import type { WorkspacePreferences } from '../domain/preferences.ts';
import type { Db } from './turns.ts';

/** Gives an account to a pseudonym: balance, holds and every entry keep their amounts, so all sums stay as they are. */
export async function moveAccount(trx: Db, person: PersonId, as: PersonId): Promise<void> {
  const account = await trx.deleteFrom('accounts').where('person', '=', person).returningAll().executeTakeFirst();
  if (account) {
    const { available, held } = account;
    await trx
      .insertInto('accounts')
      .values({ person: as, available, held })
      .onConflict((conflict) =>
        conflict.column('person').doUpdateSet((eb) => ({
          available: eb('accounts.available', '+', available),
          held: eb('accounts.held', '+', held),
        })),
      )
      .execute();
  }
  const renamed = (column: 'source' | 'target') => sql<string>`case ${sql.ref(column)}
    when ${person} then ${as} when ${`held:${person}`} then ${`held:${as}`} else ${sql.ref(column)} end`;
  await trx
    .updateTable('entries')
    .set({
      ...{ person: as, source: renamed('source'), target: renamed('target'), reason: null },
      // Its own number makes it another one than that of a second time.
      key: sql<string>`case key when ${`start:${person}`} then ${`start:${as}:`} || seq else key end`,
    })
    .where('person', '=', person)
    .execute();
  await trx.updateTable('entries').set({ by_person: as }).where('by_person', '=', person).execute();
}

/** Their preferences, the hints they have had, and what admins decided for them. */
export async function removeSettings(trx: Db, person: PersonId): Promise<void> {
  const own = [`preferences::person ${person}`, `hints::reply ${person}`];
  await trx.deleteFrom('cache').where('key', 'in', own).execute();
  const teams = await trx
    .selectFrom('cache')
    .select(['key', 'value'])
    .where('key', 'like', 'preferences::workspace %')
    .execute();
  for (const { key, value } of teams.filter((team) => team.value.includes(`"${person}"`))) {
    const kept = JSON.parse(value) as { value: WorkspacePreferences };
    const people = Object.entries(kept.value.lanes?.people ?? {}).filter(([known]) => known !== person);
    const lanes = { ...kept.value.lanes, people: Object.fromEntries(people) };
    const without = JSON.stringify({ ...kept, value: { ...kept.value, lanes } });
    await trx.updateTable('cache').set({ value: without }).where('key', '=', key).execute();
  }
}
