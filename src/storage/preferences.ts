import type { Keyv } from 'keyv';
import type { PersonPreferences, Preferences, WorkspacePreferences } from '../domain/preferences.ts';

/** Preferences in a Keyv. */
export const keyvPreferences = (keyv: Keyv): Preferences => ({
  ofPerson: async (person) => (await keyv.get<PersonPreferences>(`person ${person}`)) ?? {},
  async setPerson(person, preferences) {
    await keyv.set(`person ${person}`, preferences);
  },
  ofWorkspace: async (workspace) => (await keyv.get<WorkspacePreferences>(`workspace ${workspace}`)) ?? {},
  async setWorkspace(workspace, preferences) {
    await keyv.set(`workspace ${workspace}`, preferences);
  },
});

/** The models that people have set as their default. @param keyv the one that their preferences are in */
export async function modelsPreferred(keyv: Keyv): Promise<readonly string[]> {
  const models = new Set<string>();
  for await (const [key, value] of keyv.iterator()) {
    const own = String(key).startsWith('person ') ? (value as PersonPreferences | undefined) : undefined;
    if (own?.model !== undefined) models.add(own.model);
  }
  return [...models];
}
