import type { APIAttachment } from 'discord.js';
import type { FileRef } from '../../domain/image-source.ts';

/** A file that people put on Discord. */
export type DiscordFile = FileRef & {
  readonly platform: 'discord';
  /** Signed, and good for about a day. Source: docs.discord.com, "API Reference", signed attachment URLs, read 2026-11. */
  readonly url: string;
  readonly id: string;
  /** The message that holds it, from which it gets a new address; not there for files of commands and forms. */
  readonly channel?: string;
  readonly message?: string;
};

type Holder = { readonly channel: string; readonly message: string };

export const fileOf = ({ id, filename, size, url }: APIAttachment, holder?: Holder): DiscordFile => ({
  ...{ platform: 'discord', name: filename, bytes: size, url, id },
  ...holder,
});

/** @throws RangeError when the file is not Discord's */
export function readFile(file: FileRef): DiscordFile {
  if (file.platform !== 'discord' || typeof file.url !== 'string' || typeof file.id !== 'string') {
    throw new RangeError('this is no file on Discord');
  }
  return file as DiscordFile;
}
