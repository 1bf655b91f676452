import type { SlackApi } from './slack-api.ts';

const keptMs = 60 * 60_000;
const namesMax = 10_000;

/** Resolves to what a user is called, or undefined when Slack does not say: then the id has to do. */
export type SlackNames = (user: string) => Promise<string | undefined>;

/** Events carry ids only. Source: docs.slack.dev, "users.info" and "User object", read 2026-11. */
export function slackNames(slack: SlackApi): SlackNames {
  const known = new Map<string, { readonly name: string; readonly until: number }>();

  return async (id) => {
    const cached = known.get(id);
    if (cached && cached.until > slack.clock.now()) return cached.name;
    try {
      const { user } = await slack.call('asking what somebody is called', (web) => web.users.info({ user: id }), 1);
      const name = user?.profile?.display_name || user?.real_name || user?.name;
      if (!name) return undefined;
      if (known.size >= namesMax) known.clear();
      known.set(id, { name, until: slack.clock.now() + keptMs });
      return name;
    } catch (error) {
      slack.log.debug({ err: error }, 'Slack did not say what somebody is called');
      return undefined;
    }
  };
}
