import type { FileRef } from '../../domain/image-source.ts';
import type { Json } from '../../domain/job.ts';

/**
 * What Slack says of a file. In a shared channel, and where a file is hidden, often nothing but the id.
 * Source: docs.slack.dev, "File object", read 2026-11.
 */
export interface SlackFile {
  readonly id?: string;
  readonly name?: string | null;
  readonly title?: string | null;
  readonly mimetype?: string;
  readonly size?: number;
  /** Who uploaded it. */
  readonly user?: string;
  readonly mode?: string;
  readonly file_access?: string;
  readonly is_external?: boolean;
  readonly url_private?: string;
  readonly url_private_download?: string;
  readonly channels?: readonly string[];
  readonly groups?: readonly string[];
  readonly ims?: readonly string[];
  /** By kind of conversation, then by its id. */
  readonly shares?: object;
}

/** A file of Slack's as the pipeline keeps it. */
export interface SlackFileRef extends FileRef {
  readonly platform: 'slack';
  readonly id: string;
  /** Where its bytes are; unknown: ask for it. */
  readonly url?: string;
  readonly mimetype?: string;
}

/** The files that are there, in their order; deleted ones leave a tombstone. */
export const fileRefs = (files: readonly SlackFile[] = []): SlackFileRef[] =>
  files.flatMap((file) => (file.id && file.mode !== 'tombstone' ? [fileRef(file, file.id)] : []));

export function fileRef(file: SlackFile, id: string): SlackFileRef {
  const { name, title, size, mimetype } = file;
  const url = urlOf(file);
  return {
    platform: 'slack',
    name: name || title || id,
    bytes: size,
    id,
    ...(url ? { url } : {}),
    ...(mimetype ? { mimetype } : {}),
  };
}

/** Where the bytes are, when Slack hosts them and lets us see where. */
const urlOf = ({ is_external, url_private_download, url_private }: SlackFile): string | undefined =>
  is_external ? undefined : url_private_download || url_private;

/** @throws RangeError when the file belongs to another platform. */
export function slackFileRef(file: FileRef): SlackFileRef {
  const { platform, id } = file as Record<string, Json | undefined>;
  if (platform !== 'slack' || typeof id !== 'string') throw new RangeError(`no file on Slack: ${JSON.stringify(file)}`);
  return file as SlackFileRef;
}
