import type { APIAttachment } from 'discord.js';
import type { FileRef } from '../../domain/image-source.ts';

/** A file that people put on Discord. */
export type DiscordFile = FileRef & {
  readonly platform: 'discord';
  /** Signed, and good for about a day. Source: docs.discord.com, "API Reference", signed attachment URLs, read 2026-11. */
  readonly url: string;
  /** The attachment; not there for a picture that a link shows. */
  readonly id?: string;
  /** The message that holds it, from which it gets a new address; not there for files of commands and forms. */
  readonly channel?: string;
  readonly message?: string;
};

export type Holder = { readonly channel: string; readonly message: string };

export const fileOf = ({ id, filename, size, url }: APIAttachment, holder?: Holder): DiscordFile => ({
  ...{ platform: 'discord', name: filename, bytes: size, url, id },
  ...holder,
});

/** @throws RangeError when the file is not Discord's */
export function readFile(file: FileRef): DiscordFile {
  if (file.platform !== 'discord' || typeof file.url !== 'string') throw new RangeError('this is no file on Discord');
  return file as DiscordFile;
}

/** Whether an address leads to where Discord itself keeps files. */
export type IsHosted = (address: string) => boolean;

/**
 * Attachments stand on the first two hosts; what links show is passed on by the others.
 * Source: docs.discord.com, "API Reference", signed attachment URLs, and "Message", embed image, read 2026-11.
 */
const origins: readonly string[] = [
  ...['https://cdn.discordapp.com', 'https://media.discordapp.net'],
  ...['https://images-ext-1.discordapp.net', 'https://images-ext-2.discordapp.net'],
];

/** @param apiUrl a Discord that stands elsewhere: its files come from there too */
export function fileHosts(apiUrl: string | undefined): IsHosted {
  const known = apiUrl ? [...origins, new URL(apiUrl).origin] : origins;
  return (address) => known.includes(URL.parse(address)?.origin ?? '');
}
