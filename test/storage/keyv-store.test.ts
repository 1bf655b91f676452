import { expect, test } from 'vitest';
import { keyvOn } from '../../src/storage/keyv-store.ts';
import { keyvPreferences } from '../../src/storage/preferences.ts';
import { person } from '../contracts/jobs.ts';
import { manualClock } from '../fakes/clock.ts';
import { onEveryDatabase } from './databases.ts';

onEveryDatabase((current) => {
  const open = (namespace: string, clock = manualClock()) => keyvOn(current().database.db, clock, namespace);

  test('keeps values until they are replaced or deleted', async () => {
    const keyv = open('one');
    expect(await keyv.get('a')).toBeUndefined();
    await keyv.set('a', { deep: [1, 'ü', null] });
    expect(await open('one').get('a')).toEqual({ deep: [1, 'ü', null] });
    await keyv.set('a', 2);
    expect(await keyv.get('a')).toBe(2);
    await keyv.delete('a');
    expect(await keyv.get('a')).toBeUndefined();
  });

  test('keeps namespaces apart, also when one is cleared', async () => {
    await open('one').set('a', 1);
    await open('two').set('a', 2);
    await open('one').clear();
    expect([await open('one').get('a'), await open('two').get('a')]).toEqual([undefined, 2]);
  });

  test('a value that may be kept for a while only is gone after it', async () => {
    const clock = manualClock(Date.now());
    const keyv = open('one', clock);
    await keyv.set('a', 1, 60_000);
    await clock.advance(59_000);
    expect(await keyv.get('a')).toBe(1);
    await clock.advance(1_000);
    expect(await keyv.get('a')).toBeUndefined();
  });

  test('preferences of a person and of a workspace do not meet, whatever they are called', async () => {
    const preferences = keyvPreferences(open('preferences'));
    const { id, workspace } = person('ann');
    expect([await preferences.ofPerson(id), await preferences.ofWorkspace(workspace)]).toEqual([{}, {}]);
    await preferences.setPerson(id, { quality: 'high' });
    await preferences.setWorkspace(workspace, { countMax: 6 });
    expect([await preferences.ofPerson(id), await preferences.ofWorkspace(workspace)]).toEqual([
      { quality: 'high' },
      { countMax: 6 },
    ]);
  });
});
