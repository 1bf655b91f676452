import type { Person, PersonId } from '../../domain/person.ts';
import { nativeId } from '../../domain/person.ts';
import { userOf } from './naming.ts';
import type { SlackApi } from './slack-api.ts';

const keptMs = 5 * 60_000;
const peopleMax = 10_000;

/**
 * Tells who runs the workspace: its admins and owners. Strangers of a shared channel never do, whatever they are at home.
 * When Slack can't be asked the answer is no. Source: docs.slack.dev, "User object" and "users.info", read 2026-11.
 */
export function slackAdmins(slack: SlackApi, team: () => string): (person: Person) => Promise<boolean> {
  const known = new Map<PersonId, { readonly admin: boolean; readonly until: number }>();

  return async ({ id }) => {
    const cached = known.get(id);
    if (cached && cached.until > slack.clock.now()) return cached.admin;
    if (nativeId(id).split('/')[0] !== team()) return false;
    try {
      const { user } = await slack.call('asking who somebody is', (web) => web.users.info({ user: userOf(id) }), 2);
      const here = user?.team_id === team() || user?.enterprise_user?.teams?.includes(team());
      const runsIt = user?.is_admin || user?.is_owner || user?.is_primary_owner;
      const admin = Boolean(here && runsIt && !user.is_stranger && !user.deleted);
      if (known.size >= peopleMax) known.clear();
      known.set(id, { admin, until: slack.clock.now() + keptMs });
      return admin;
    } catch (error) {
      slack.log.warn({ err: error }, 'Slack did not say whether somebody is an admin');
      return false;
    }
  };
}
