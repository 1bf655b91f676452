import { slackError } from './faults.ts';

/** Why Slack could not be connected, and what an operator can do about it. */
export function whyNot(error: unknown): string {
  switch (slackError(error)) {
    case 'invalid_auth':
    case 'not_authed':
    case 'token_revoked':
    case 'token_expired':
      return 'Slack does not know this token. Check SLACK_BOT_TOKEN (xoxb-…), and SLACK_APP_TOKEN (xapp-…) if it is set.';
    case 'account_inactive':
      return 'Slack says that Easel was removed from the workspace. Install the app again and set the new SLACK_BOT_TOKEN.';
    case 'not_allowed_token_type':
      return 'Slack wants other kinds of tokens: SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN with xapp-.';
    case 'missing_scope':
      return 'SLACK_APP_TOKEN lacks the scope connections:write. Make a new one under Basic Information, App-Level Tokens.';
    case undefined:
      return `Slack could not be reached: ${error instanceof Error ? error.message : String(error)}`;
    default:
      return `Slack refused the connection: ${slackError(error)}`;
  }
}
