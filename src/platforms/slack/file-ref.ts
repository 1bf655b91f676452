import type { FileRef } from '../../domain/image-source.ts';
import type { Json } from '../../domain/job.ts';
import { fileKey } from './place.ts';

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
  readonly key: string;
  /** Where its bytes are; unknown: ask for it. */
  readonly url?: string;
  readonly mimetype?: string;
  /** Set where Slack does not know it, or does not show it to Easel. */
  readonly gone?: true;
}

/** The files that are there, in their order; deleted ones leave a tombstone. */
export const fileRefs = (files: readonly SlackFile[] = [], team: string): SlackFileRef[] =>
  files.flatMap((file) => (file.id && file.mode !== 'tombstone' ? [fileRef(file, file.id, team)] : []));

/** Those of them that may be pictures. */
export const pictureRefs = (files: readonly SlackFile[] = [], team: string): SlackFileRef[] =>
  fileRefs(files.filter(mayBePicture), team);

/** Those of them whose bytes Slack has and shows. */
export const hostedRefs = (files: readonly SlackFile[] = [], team: string): SlackFileRef[] =>
  fileRefs(files.filter(isHosted), team);

/** False for what is stored elsewhere, and what the limit of a free plan hides. */
const isHosted = ({ mode, is_external }: SlackFile): boolean =>
  !is_external && mode !== 'external' && mode !== 'hidden_by_limit';

/** False where Slack clearly says that it is none. Where it does not tell the kind, the bytes decide. */
const mayBePicture = (file: SlackFile): boolean =>
  isHosted(file) && (!file.mimetype || /^image\/|\/octet-stream$/.test(file.mimetype));

export function fileRef(file: SlackFile, id: string, team: string): SlackFileRef {
  const { name, title, mimetype } = file;
  return {
    platform: 'slack',
    name: name || title || id,
    id,
    key: fileKey(team, id),
    ...contentOf(file),
    ...(mimetype ? { mimetype } : {}),
  };
}

/** How many bytes there are, and where, when Slack hosts them and lets us see that. */
export function contentOf(file: SlackFile): Pick<SlackFileRef, 'bytes' | 'url'> {
  const { size, is_external, url_private_download, url_private } = file;
  const url = is_external ? undefined : url_private_download || url_private;
  return { bytes: size, ...(url ? { url } : {}) };
}

/** @throws RangeError when the file belongs to another platform. */
export function slackFileRef(file: FileRef): SlackFileRef {
  const { platform, id } = file as Record<string, Json | undefined>;
  if (platform !== 'slack' || typeof id !== 'string') throw new RangeError(`no file on Slack: ${JSON.stringify(file)}`);
  return file as SlackFileRef;
}
