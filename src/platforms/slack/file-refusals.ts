import type { Refusal } from '../../domain/refusal.ts';

/** Why a file of Slack's can't be used, for people. */

const unusable = (what: string, hint: string): Refusal => ({ refused: 'unusable', what, hint });

export const closed = unusable(
  'Easel may not read that file.',
  'Invite Easel to the channel it is in, or upload it here again.',
);

export const noScope = unusable(
  'Easel may not read that file: its permission files:read is missing here.',
  'Ask an admin to install Easel again.',
);

export const gone = unusable('That file is gone from Slack.', 'Upload it again.');

export const hidden = unusable(
  'Slack hides that file, because this workspace is over its limit.',
  'Upload it again, if you still have it.',
);

export const elsewhere = unusable('That file is not stored on Slack.', 'Upload the picture itself.');

/** Also said of files that do not exist, so that nobody learns which ones do. */
export const notHere = unusable(
  'That file is not in this channel.',
  'Post it here first, then reply to it or use “Edit this picture”.',
);

export const tooLarge = (bytesMax: number): Refusal =>
  unusable(`That file is larger than ${Math.ceil(bytesMax / 1_000_000)} MB.`, 'Make it smaller, and try again.');
