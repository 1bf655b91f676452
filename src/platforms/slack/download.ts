import { Fault } from '../../domain/fault.ts';
import type { FileRef } from '../../domain/image-source.ts';
import { isRefusal, type Refusal } from '../../domain/refusal.ts';
import { FetchFailure } from '../../http/guarded-fetch.ts';
import { contentOf, type SlackFileRef, slackFileRef } from './file-ref.ts';
import { closed, elsewhere, gone, notHere, tooLarge } from './file-refusals.ts';
import { lookUpFile } from './look-up-file.ts';
import type { SlackApi } from './slack-api.ts';
import { isSlackAddress } from './slack-hosts.ts';

const downloadDeadlineMs = 60_000;

/**
 * The bytes of a file that stands on Slack.
 * Source: docs.slack.dev, "Working with files" and "File object", read 2026-11.
 * @returns a Refusal when it is gone, closed to Easel or larger than `bytesMax`
 * @throws Fault when Slack can't be reached
 */
export async function download(slack: SlackApi, file: FileRef, bytesMax: number): Promise<Uint8Array | Refusal> {
  const given = slackFileRef(file);
  if (given.gone) return notHere;
  if ((given.bytes ?? 0) > bytesMax) return tooLarge(bytesMax);
  const known = given.url ? given : await lookUp(slack, given);
  if (isRefusal(known)) return known;
  if ((known.bytes ?? 0) > bytesMax) return tooLarge(bytesMax);
  const taken = await fetchFile(slack, known, bytesMax);
  if ((taken !== closed && taken !== gone) || known !== given) return taken;
  // What was known may be old: Slack says best what has become of the file.
  const now = await lookUp(slack, given);
  return isRefusal(now) ? now : taken;
}

async function lookUp(slack: SlackApi, given: SlackFileRef): Promise<SlackFileRef | Refusal> {
  const file = await lookUpFile(slack, given.id);
  return isRefusal(file) ? file : { ...given, ...contentOf(file) };
}

/** Redirects are followed among Slack's own hosts; `fetchTo` takes the token to no other origin. */
async function fetchFile(slack: SlackApi, file: SlackFileRef, bytesMax: number): Promise<Uint8Array | Refusal> {
  const url = URL.parse(file.url ?? '');
  if (!url || !isSlackAddress(url, slack.apiUrl)) return elsewhere;
  const headers = { authorization: `Bearer ${slack.botToken}` };
  try {
    const mayRedirectTo = (next: URL) => isSlackAddress(next, slack.apiUrl);
    const options = { headers, bytesMax, deadlineMs: downloadDeadlineMs, mayRedirectTo };
    const got = await slack.fetchTo(url.href, options);
    return judged(got, file);
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    switch (error.code) {
      case 'too-large':
        return tooLarge(bytesMax);
      case 'timeout':
      case 'unreachable':
        throw new Fault('unreachable', 'a file could not be downloaded', { cause: error });
      default:
        // It was sent on to where Easel must not go.
        return closed;
    }
  }
}

type Got = Awaited<ReturnType<SlackApi['fetchTo']>>;

function judged({ status, headers, bytes }: Got, file: SlackFileRef): Uint8Array | Refusal {
  if (status === 429) throw new Fault('throttled', 'downloading a file: too many calls');
  if (status >= 500) throw new Fault('unreachable', `downloading a file: HTTP ${status}`);
  if (status === 404 || status === 410) return gone;
  // Whoever may not see the file gets Slack's login page, as if all were well.
  const isPage = headers['content-type']?.startsWith('text/html') ?? false;
  return status === 200 && (!isPage || isItself(bytes, file)) ? bytes : closed;
}

/** People upload pages too, and under any name. */
const isItself = (bytes: Uint8Array, file: SlackFileRef): boolean => bytes.length === file.bytes;
