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
