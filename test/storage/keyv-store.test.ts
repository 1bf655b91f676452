import { expect, test } from 'vitest';
import { keyvOn } from '../../src/storage/keyv-store.ts';
import { keyvPreferences, modelsPreferred } from '../../src/storage/preferences.ts';
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

  test('the models that people prefer are known, each once, whatever else is kept', async () => {
    const preferences = keyvPreferences(open('preferences'));
    await preferences.setPerson(person('ann').id, { model: 'gpt-image-2', quality: 'high' });
    await preferences.setPerson(person('ben').id, { model: 'gpt-image-2' });
    await preferences.setPerson(person('cem').id, { model: 'gpt-image-1.5' });
    await preferences.setPerson(person('dan').id, {});
    await preferences.setWorkspace(person('ann').workspace, { countMax: 6 });
    await open('others').set('person eve', { model: 'dall-e-3' });
    expect([...(await modelsPreferred(open('preferences')))].sort()).toEqual(['gpt-image-1.5', 'gpt-image-2']);
  });
});
