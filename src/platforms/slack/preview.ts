import type { Preview } from '../../domain/card.ts';
import type { SlackApi } from './slack-api.ts';
import { uploadFile } from './upload.ts';

/** An image block needs a processed file. About 4 s in all: by then the next preview may be there. */
const looksMs = [0, 150, 250, 400, 600, 1_000, 1_500] as const;

/** Resolves to the id of a file that an image block can show, or undefined: a card does without. */
export type PreviewFile = (preview: Preview | undefined) => Promise<string | undefined>;

/**
 * Uploads the small pictures of cards, each once, as files that are in no conversation.
 * Source: docs.slack.dev, "Image block" (`slack_file`) and "files.completeUploadExternal", read 2026-11.
 */
export function previewFiles(slack: SlackApi): PreviewFile {
  const known = new WeakMap<Uint8Array, Promise<string | undefined>>();
  return async (preview) => {
    // An image block shows png, jpeg and gif.
    if (!preview || preview.format === 'webp') return undefined;
    const file =
      known.get(preview.bytes) ??
      upload(slack, preview).catch((error: unknown) => {
        slack.log.debug({ err: error }, 'a card goes without its preview');
        return undefined;
      });
    known.set(preview.bytes, file);
    return file;
  };
}

async function upload(slack: SlackApi, { bytes, format, alt }: Preview): Promise<string | undefined> {
  const fileName = `easel-preview.${format}`;
  const id = await uploadFile(slack, { bytes, fileName, alt }, slack.progress);
  const wanted = { files: [{ id }] };
  await slack.progress('keeping a preview', (web) => web.apiCall('files.completeUploadExternal', wanted));
  for (const ms of looksMs) {
    if (ms > 0) await slack.clock.sleep(ms);
    const { file } = await slack.progress('looking at a preview', (web) => web.files.info({ file: id }));
    if (file?.mimetype) return id;
  }
  return undefined;
}

/** Removes a preview that no card shows any more. Losable. */
export async function dropPreview(slack: SlackApi, file: string): Promise<void> {
  await slack
    .progress('removing a preview', (web) => web.files.delete({ file }))
    .catch((error: unknown) => slack.log.debug({ err: error, file }, 'an old preview stays'));
}
