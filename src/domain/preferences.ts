import type { Quality } from './image.ts';
import type { Lane } from './image-provider.ts';
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
  readonly lanes?: LaneSettings;
}

/** Which lane people are served in. Of a workspace: an admin of one decides nothing in another. */
export interface LaneSettings {
  readonly people?: Readonly<Record<PersonId, Lane>>;
  readonly admins?: Lane;
  readonly everyone?: Lane;
}

/** A person's own lane, else that of the admins where they are one, else everyone's, else the normal one. */
export function laneOf(person: PersonId, isAdmin: boolean, { lanes = {} }: WorkspacePreferences): Lane {
  return lanes.people?.[person] ?? (isAdmin ? lanes.admins : undefined) ?? lanes.everyone ?? 'normal';
}

/** Whether the lane of this person hangs on whether they are an admin. */
export function isLaneOfRole(person: PersonId, team: WorkspacePreferences): boolean {
  return laneOf(person, true, team) !== laneOf(person, false, team);
}

/** Losable data: without it, defaults count. */
export interface Preferences {
  ofPerson(person: PersonId): Promise<PersonPreferences>;
  setPerson(person: PersonId, preferences: PersonPreferences): Promise<void>;
  ofWorkspace(workspace: WorkspaceId): Promise<WorkspacePreferences>;
  setWorkspace(workspace: WorkspaceId, preferences: WorkspacePreferences): Promise<void>;
}
