import type { SlackApi } from './slack-api.ts';

const keptMs = 60 * 60_000;
const failureKeptMs = 60_000;
const peopleMax = 10_000;

/** What Slack says of somebody. */
export interface KnownPerson {
  readonly name: string | undefined;
  /** The workspaces that they are a member of; none where they are a stranger of a shared channel. */
  readonly teams: readonly string[];
}

/** Resolves to undefined when Slack does not say. */
export type SlackPeople = (user: string) => Promise<KnownPerson | undefined>;

interface Answer {
  readonly person: Promise<KnownPerson | undefined>;
  until: number;
}

/**
 * Asks who somebody is, once for all who want to know at the same time. An answer is good for an hour, and that there was
 * none for a minute. Source: docs.slack.dev, "users.info" and "User object", read 2026-11.
 */
export function slackPeople(slack: SlackApi): SlackPeople {
  const answers = new Map<string, Answer>();

  return (user) => {
    const known = answers.get(user);
    if (known && known.until > slack.clock.now()) return known.person;
    answers.delete(user);
    const [oldest] = answers.keys();
    if (answers.size >= peopleMax && oldest !== undefined) answers.delete(oldest);
    const person = ask(slack, user);
    const answer: Answer = { person, until: Number.POSITIVE_INFINITY };
    answers.set(user, answer);
    void person.then((found) => {
      answer.until = slack.clock.now() + (found ? keptMs : failureKeptMs);
    });
    return person;
  };
}

async function ask(slack: SlackApi, id: string): Promise<KnownPerson | undefined> {
  try {
    const { user } = await slack.call('asking who somebody is', (web) => web.users.info({ user: id }), 1);
    if (!user) return undefined;
    const teams = [user.team_id, ...(user.enterprise_user?.teams ?? [])].filter((team) => team !== undefined);
    const name = user.profile?.display_name || user.real_name || user.name;
    return { name, teams: user.is_stranger ? [] : teams };
  } catch (error) {
    slack.log.debug({ err: error }, 'Slack did not say who somebody is');
    return undefined;
  }
}
