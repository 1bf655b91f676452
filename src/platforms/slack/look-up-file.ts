import { Fault } from '../../domain/fault.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { slackError } from './faults.ts';
import type { SlackFile } from './file-ref.ts';
import { closed, elsewhere, gone, hidden, noScope } from './file-refusals.ts';
import type { SlackApi } from './slack-api.ts';

/** Slack's words for what we may not see, or what is not there. Source: docs.slack.dev, "files.info", read 2026-11. */
const refusals: Readonly<Record<string, Refusal>> = {
  access_denied: closed,
  file_deleted: gone,
  file_not_found: closed,
  missing_scope: noScope,
  no_permission: closed,
  not_visible: closed,
};

const callsMax = 3;

/**
 * Asks Slack for all it knows of a file.
 * @returns a Refusal when its bytes can't be had
 * @throws Fault when Slack can't be reached
 */
export async function lookUpFile(slack: SlackApi, id: string): Promise<SlackFile | Refusal> {
  try {
    const { file = {} } = await slack.call('looking up a file', (web) => web.files.info({ file: id }), callsMax);
    return whyClosed(file) ?? file;
  } catch (error) {
    const refusal = refusals[slackError(error) ?? ''];
    if (refusal && error instanceof Fault) return refusal;
    throw error;
  }
}

function whyClosed({ mode, file_access, is_external }: SlackFile): Refusal | undefined {
  if (mode === 'tombstone') return gone;
  if (mode === 'hidden_by_limit') return hidden;
  if (is_external || mode === 'external') return elsewhere;
  // Asked for all there is and still told to ask: somebody else's file, behind a door of theirs.
  return file_access && file_access !== 'visible' ? closed : undefined;
}
