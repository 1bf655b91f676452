import type { ResultPicture } from '../../domain/card.ts';
import { Fault } from '../../domain/fault.ts';
import { slackError } from './faults.ts';
import { type Learnt, type SlackPlace, threadOf } from './place.ts';
import type { SlackApi } from './slack-api.ts';
import { uploadFile } from './upload.ts';

const triesMax = 3;
/** Slack posts the pictures some time after it has answered, when they are scanned. About 20 s in all. */
const looksMs = [0, 100, 200, 300, 500, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 5_000] as const;

/** What Slack knows of a file. `missing`: never completed; `unshared`: completed, but not in the conversation. */
type Look = { readonly is: 'posted'; readonly ts: string | undefined } | { readonly is: 'unshared' | 'missing' };

/**
 * Posts all pictures as one message, once, and waits until people see it. The files are remembered before the step that
 * shows them, so that whoever comes later can ask Slack what became of them.
 * Source: docs.slack.dev, "files.completeUploadExternal" and "files.info", read 2026-11.
 * @throws Fault
 */
export async function postPictures(
  slack: SlackApi,
  place: SlackPlace,
  pictures: readonly ResultPicture[],
  grow: (learnt: Learnt) => Promise<void>,
): Promise<void> {
  let files = place.files ?? [];
  if (files.length > 0 && (await lookFor(slack, place, files)).is === 'posted') return;
  for (let tries = 1; ; tries++) {
    if (files.length === 0) {
      files = await Promise.all(pictures.map((picture) => uploadSurely(slack, picture)));
      await grow({ files });
    }
    const fault = await complete(slack, place, files);
    if (!fault) return untilSeen(slack, place, files);
    const consumed = slackError(fault) === 'file_not_found';
    if (tries >= triesMax || (fault.code !== 'unreachable' && !consumed)) throw fault;
    slack.log.warn({ err: fault, files }, 'posting pictures failed, looking whether they are there');
    const look = await lookFor(slack, place, files);
    // A file that exists but cannot be completed was completed before: Slack is only slow to show it.
    if (look.is === 'posted' || (look.is === 'unshared' && consumed)) return;
    if (look.is === 'missing' && consumed) files = [];
  }
}

/** A failed upload leaves a file that nobody ever sees, so the next try starts with a new one. */
async function uploadSurely(slack: SlackApi, { bytes, fileName, alt }: ResultPicture): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await uploadFile(slack, { bytes, fileName, alt });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unreachable' || tries >= triesMax) throw error;
      slack.log.warn({ err: error }, 'an upload failed, trying again');
    }
  }
}

/** The step after which people see the pictures: all of them, or none. */
async function complete(slack: SlackApi, place: SlackPlace, files: readonly string[]): Promise<Fault | undefined> {
  const thread = threadOf(place);
  const wanted = {
    files: files.map((id) => ({ id })),
    channel_id: place.channel,
    ...(thread ? { thread_ts: thread } : {}),
  };
  try {
    await slack.inside(place.channel, () =>
      slack.call('posting the pictures', (web) => web.apiCall('files.completeUploadExternal', wanted)),
    );
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** So that the words come below the pictures. Not worth failing for. */
async function untilSeen(slack: SlackApi, place: SlackPlace, files: readonly string[]): Promise<void> {
  const look = await lookFor(slack, place, files, 1).catch((error: unknown) => error);
  if ((look as Partial<Look>).is !== 'posted') slack.log.info({ files, look }, 'Slack does not show the pictures yet');
}

async function lookFor(slack: SlackApi, place: SlackPlace, files: readonly string[], callsMax?: number): Promise<Look> {
  for (const ms of looksMs) {
    if (ms > 0) await slack.clock.sleep(ms);
    const look = await lookOnce(slack, place.channel, files, callsMax);
    if (look.is !== 'unshared') return look;
  }
  return { is: 'unshared' };
}

/** All pictures are one message, so the first one speaks for all. @throws Fault */
export async function lookOnce(
  slack: SlackApi,
  channel: string,
  [file = '']: readonly string[],
  callsMax?: number,
): Promise<Look> {
  try {
    const { file: known } = await slack.call('looking at a file', (web) => web.files.info({ file }), callsMax);
    const { public: open = {}, private: closed = {} } = (known?.shares ?? {}) as Shares;
    const share = open[channel]?.[0] ?? closed[channel]?.[0];
    return share ? { is: 'posted', ts: share.ts } : { is: 'unshared' };
  } catch (error) {
    const name = slackError(error);
    if (name === 'file_not_found') return { is: 'missing' };
    // Somebody has removed it since, which must not bring it back.
    if (name === 'file_deleted') return { is: 'posted', ts: undefined };
    throw error;
  }
}

/** By kind of conversation, then by its id. The SDK's type knows neither. */
type Shares = Partial<Record<'public' | 'private', Readonly<Record<string, readonly { readonly ts?: string }[]>>>>;
