import type { ChatRequest } from '../../domain/chat-platform.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { fileRef, type SlackFile, type SlackFileRef } from './file-ref.ts';
import { closed, gone, hidden, notHere } from './file-refusals.ts';
import { lookUpFile } from './look-up-file.ts';
import { userOf } from './naming.ts';
import { fileKey, slackPlace } from './place.ts';
import type { SlackApi } from './slack-api.ts';
import { isSlackAddress } from './slack-hosts.ts';

/** The page of a file, and the file itself. Source: docs.slack.dev, "File object" (permalink, url_private), read 2026-11. */
const paths = [
  /^\/files\/[^/]+\/(F[A-Z0-9]{5,})(?:\/|$)/,
  /^\/files-(?:pri|tmb)\/[TE][A-Z0-9]+-(F[A-Z0-9]{5,})(?:-[^/]*)?\//,
];

interface FileAddress {
  readonly id: string;
  /** As far as the address says it. */
  readonly name: string;
}

/** The file that an address of Slack's own leads to; undefined when the words are none. Pure. */
export function fileIn(words: string, apiUrl: string): FileAddress | undefined {
  const address = URL.parse(words.trim());
  if (!address || !isSlackAddress(address, apiUrl)) return undefined;
  const id = paths.map((path) => path.exec(address.pathname)?.[1]).find(Boolean);
  if (!id) return undefined;
  const last = address.pathname.split('/').findLast(Boolean) ?? id;
  return { id, name: decoded(last) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The file at an address that somebody typed. Easel sees more channels than they do, so it must be in the channel where
 * they ask, or their own. One that Slack does not know, or does not show, may still be one that Easel made: it comes with
 * its key and without bytes, and nobody learns from it whether there is such a file.
 * @throws Fault when Slack can't be reached
 */
export async function fileAt(
  slack: SlackApi,
  words: string,
  { place, person }: ChatRequest,
): Promise<SlackFileRef | Refusal | undefined> {
  const address = fileIn(words, slack.apiUrl);
  if (!address) return undefined;
  const { id, name } = address;
  const { team, channel } = slackPlace(place);
  const file = await lookUpFile(slack, id);
  if (file === closed || file === gone || file === hidden)
    return { platform: 'slack', name, bytes: undefined, id, key: fileKey(team, id), gone: true };
  if (isRefusal(file)) return file;
  const mayUse = file.user === userOf(person.id) || isIn(file, channel);
  return mayUse ? fileRef(file, id, team) : notHere;
}

function isIn({ channels = [], groups = [], ims = [], shares = {} }: SlackFile, channel: string): boolean {
  const shared = Object.values(shares).some((kind: object | undefined) => kind && Object.hasOwn(kind, channel));
  return shared || [...channels, ...groups, ...ims].includes(channel);
}
