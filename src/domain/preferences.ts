import type { Quality } from './image.ts';
import type { PersonId, WorkspaceId } from './person.ts';

/** A person's defaults: what counts when a request leaves it open. */
export interface PersonPreferences {
  readonly shape?: string;
  readonly quality?: Quality;
  readonly count?: number;
  readonly model?: string;
}

/** The most pictures one request may ask for, where no admin has set it. */
export const countMaxUnlessSet = 4;

/** What an admin decides for a workspace. */
export interface WorkspacePreferences {
  /** The most pictures one request may ask for, from 1 to 10. */
  readonly countMax?: number;
  /** Which answers under a picture count: those of whoever asked for it too (unless set), or only those that name Easel. */
  readonly replies?: 'requester' | 'mentions';
}

/** Losable data: without it, defaults count. */
export interface Preferences {
  ofPerson(person: PersonId): Promise<PersonPreferences>;
  setPerson(person: PersonId, preferences: PersonPreferences): Promise<void>;
  ofWorkspace(workspace: WorkspaceId): Promise<WorkspacePreferences>;
  setWorkspace(workspace: WorkspaceId, preferences: WorkspacePreferences): Promise<void>;
}
