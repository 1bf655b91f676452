import type { ChatRequest } from '../../domain/chat-platform.ts';
import type { FileRef } from '../../domain/image-source.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { fileRef, type SlackFile } from './file-ref.ts';
import { closed, gone, notHere } from './file-refusals.ts';
import { lookUpFile } from './look-up-file.ts';
import { userOf } from './naming.ts';
import { slackPlace } from './place.ts';
import type { SlackApi } from './slack-api.ts';
import { isSlackAddress } from './slack-hosts.ts';

/** The page of a file, and the file itself. Source: docs.slack.dev, "File object" (permalink, url_private), read 2026-11. */
const paths = [
  /^\/files\/[^/]+\/(F[A-Z0-9]{5,})(?:\/|$)/,
  /^\/files-(?:pri|tmb)\/[TE][A-Z0-9]+-(F[A-Z0-9]{5,})(?:-[^/]*)?\//,
];

/** The id of the file that an address of Slack's own leads to; undefined when the words are none. Pure. */
export function fileIdIn(words: string, apiUrl: string): string | undefined {
  const address = URL.parse(words.trim());
  if (!address || !isSlackAddress(address, apiUrl)) return undefined;
  return paths.map((path) => path.exec(address.pathname)?.[1]).find(Boolean);
}

/**
 * The file at an address that somebody typed. Easel sees more channels than they do, so it must be in the channel where
 * they ask, or their own.
 * @throws Fault when Slack can't be reached
 */
export async function fileAt(
  slack: SlackApi,
  words: string,
  { place, person }: ChatRequest,
): Promise<FileRef | Refusal | undefined> {
  const id = fileIdIn(words, slack.apiUrl);
  if (!id) return undefined;
  const file = await lookUpFile(slack, id);
  if (file === closed || file === gone) return notHere;
  if (isRefusal(file)) return file;
  const mayUse = file.user === userOf(person.id) || isIn(file, slackPlace(place).channel);
  return mayUse ? fileRef(file, id) : notHere;
}

function isIn({ channels = [], groups = [], ims = [], shares = {} }: SlackFile, channel: string): boolean {
  const shared = Object.values(shares).some((kind: object | undefined) => kind && Object.hasOwn(kind, channel));
  return shared || [...channels, ...groups, ...ims].includes(channel);
}
