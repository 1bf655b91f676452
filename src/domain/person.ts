/** The chat platforms Easel speaks. The console is one of them, so that everything works without an account. */
export type PlatformName = 'discord' | 'slack' | 'console';

/** One account: `discord:USER`, `slack:TEAM/USER` or `console:NAME`. Build one with `personId`. */
export type PersonId = string & { readonly of: 'person' };

/** One team's corner of a platform: `discord:GUILD`, `discord:dm`, `slack:TEAM`, `console:here`. */
export type WorkspaceId = string & { readonly of: 'workspace' };

export interface Person {
  readonly id: PersonId;
  readonly workspace: WorkspaceId;
  /** What the platform calls them. Data: it is escaped wherever it is shown. */
  readonly name: string;
}

export const personId = (platform: PlatformName, id: string): PersonId => `${platform}:${id}` as PersonId;
export const workspaceId = (platform: PlatformName, id: string): WorkspaceId => `${platform}:${id}` as WorkspaceId;

/** The platform a person or workspace belongs to. */
export const platformOf = (id: PersonId | WorkspaceId): PlatformName => id.slice(0, id.indexOf(':')) as PlatformName;

/** The part the platform itself uses: `USER`, or `TEAM/USER` on Slack. */
export const nativeId = (id: PersonId | WorkspaceId): string => id.slice(id.indexOf(':') + 1);

/** What the name of somebody who was forgotten begins with, in place of the platform's own id. */
export const forgottenPrefix = 'forgotten-';

export const isForgotten = (person: PersonId): boolean => nativeId(person).startsWith(forgottenPrefix);

/** Reads `discord:ID`, `slack:TEAM/ID` or `console:NAME`; undefined when it is none of them. */
export function readPersonId(text: string): PersonId | undefined {
  return /^(discord:\d{5,20}|slack:[A-Z0-9]+\/[A-Z0-9]+|console:[\w.-]{1,32})$/.test(text)
    ? (text as PersonId)
    : undefined;
}
