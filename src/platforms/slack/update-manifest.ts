import { WebClient } from '@slack/web-api';
import type { Command } from '../../domain/command.ts';
import { slackError } from './faults.ts';
import { type Manifest, type ManifestWishes, slackManifest } from './register.ts';

export interface Configuration {
  /** Made at api.slack.com/apps under "Your App Configuration Tokens"; good for twelve hours. */
  readonly token: string;
  readonly appId: string;
  readonly apiUrl: string;
}

/**
 * Gives the app a new manifest and resolves to a sentence on what was done. The name and looks that the team has given
 * the app stay. Source: docs.slack.dev, "apps.manifest.update", which replaces everything, read 2026-11.
 * @throws Error in plain words
 */
export async function updateManifest(
  commands: readonly Command[],
  wishes: ManifestWishes,
  { token, appId, apiUrl }: Configuration,
): Promise<string> {
  const web = new WebClient(token, { slackApiUrl: apiUrl, retryConfig: { retries: 2 }, timeout: 15_000 });
  const ours = slackManifest(commands, wishes);
  try {
    const { manifest: theirs } = await web.apps.manifest.export({ app_id: appId });
    const answer = await web.apps.manifest.update({
      app_id: appId,
      manifest: dressed(ours, theirs as unknown as Manifest),
    });
    const again = (answer as { permissions_updated?: boolean }).permissions_updated
      ? ` Its permissions have changed: install it again at https://api.slack.com/apps/${appId}/install-on-team.`
      : '';
    return `Slack's app ${appId} knows ${commands.length} commands now.${again}`;
  } catch (error) {
    throw new Error(`Slack did not take the manifest: ${reason(error)}`, { cause: error });
  }
}

function dressed(ours: Manifest, theirs: Partial<Manifest> | undefined): Manifest {
  const bot = theirs?.features?.bot_user ?? ours.features?.bot_user;
  return {
    ...ours,
    display_information: { ...ours.display_information, ...theirs?.display_information },
    features: { ...ours.features, ...(bot ? { bot_user: bot } : {}) },
  };
}

function reason(error: unknown): string {
  switch (slackError(error)) {
    case 'invalid_auth':
    case 'token_expired':
      return 'the configuration token is not valid. It lasts twelve hours; make a new one at https://api.slack.com/apps.';
    case 'invalid_app_id':
    case 'app_not_found':
      return 'there is no such app, or the configuration token belongs to somebody who may not change it.';
    case undefined:
      return error instanceof Error ? error.message : String(error);
    default:
      return `${slackError(error)}.`;
  }
}
