import { Fault } from '../../domain/fault.ts';
import type { GuardedFetch } from '../../http/guarded-fetch.ts';
import { clean } from './pieces.ts';
import type { SlackApi } from './slack-api.ts';

export interface Upload {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  readonly alt: string;
}

const uploadDeadlineMs = 120_000;
const altCharactersMax = 1_000;

/**
 * The first two of the three steps of an upload; nobody sees the file before the third. Driven by hand because the
 * SDK's `filesUploadV2` says `alt_text` where Slack reads `alt_txt`. Resolves to the file's id.
 * Source: docs.slack.dev, "Working with files" and "files.getUploadURLExternal", read 2026-11.
 * @param line `call` for what must happen, `progress` for what may be lost
 * @throws Fault
 */
export async function uploadFile(
  slack: SlackApi,
  { bytes, fileName, alt }: Upload,
  line = slack.call,
): Promise<string> {
  const alt_txt = clean(alt).slice(0, altCharactersMax).toWellFormed();
  const wanted = { filename: fileName, length: bytes.length, ...(alt_txt ? { alt_txt } : {}) };
  const ticket = (await line('asking for an upload', (web) => web.apiCall('files.getUploadURLExternal', wanted))) as {
    readonly upload_url?: string;
    readonly file_id?: string;
  };
  if (!ticket.upload_url || !ticket.file_id) throw new Fault('unreachable', 'Slack gave no address to upload to');
  await uploadBytes(slack.fetchTo, ticket.upload_url, bytes);
  return ticket.file_id;
}

/**
 * Sends bytes to where Slack wants them. The address is the credential, so no token goes along.
 * @throws Fault
 */
async function uploadBytes(fetchTo: GuardedFetch, url: string, body: Uint8Array): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream' };
  const request = { method: 'POST', headers, body, deadlineMs: uploadDeadlineMs } as const;
  const { status } = await fetchTo(url, request).catch((cause: unknown) => {
    throw new Fault('unreachable', 'the upload broke off', { cause });
  });
  if (status !== 200) throw new Fault('unreachable', `the upload was answered with HTTP ${status}`);
}
