import type { Refusal } from '../../domain/refusal.ts';
import type { SlackPeople } from './people.ts';

/** Said to strangers of shared channels, before anything else: what they asked for would cost this workspace. */
export const membersOnly = {
  refused: 'unclear',
  what: 'Easel is for members of this workspace.',
  hint: undefined,
} as const satisfies Refusal;

/** The teams that Slack names for a person; undefined ones are not counted. */
export type NamedTeams = readonly (string | undefined)[];

/**
 * True when every team that is named is Easel's own: then nobody needs to be asked. In an organization, and for strangers
 * of a shared channel, others are named too. Source: docs.slack.dev, "Slack Connect", read 2026-11.
 */
export function areOwn(teams: NamedTeams, own: string): boolean {
  const named = teams.filter(Boolean);
  return named.length > 0 && named.every((team) => team === own);
}

/** Whether somebody is a member of Easel's own workspace. Where that is in doubt and Slack does not say, they are not. */
export type IsMember = (user: string, teams: NamedTeams) => Promise<boolean>;

export const slackMembers =
  (people: SlackPeople, own: () => string): IsMember =>
  async (user, teams) => {
    if (areOwn(teams, own())) return true;
    const known = await people(user);
    return known?.teams.includes(own()) ?? false;
  };
