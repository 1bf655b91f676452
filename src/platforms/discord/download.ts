import { type APIMessage, type REST, Routes } from 'discord.js';
import type { ChatPlatform } from '../../domain/chat-platform.ts';
import { Fault } from '../../domain/fault.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { excerpt } from '../../domain/text.ts';
import { FetchFailure, type GuardedFetch } from '../../http/guarded-fetch.ts';
import { asFault, code, codeOf, isClosed } from './faults.ts';
import { type DiscordFile, type IsHosted, readFile } from './file.ts';
import { heldFiles } from './held-pictures.ts';

/** For 50 MB over a slow line. */
const deadlineMs = 60_000;

interface DownloadParts {
  readonly rest: REST;
  readonly fetchTo: GuardedFetch;
  readonly isHosted: IsHosted;
}

/**
 * Brings the bytes of files that people put on Discord, from Discord's own hosts only and without any credential. An
 * address that has expired is renewed once, by reading the message that holds the file again.
 */
export function createDownload({ rest, fetchTo, isHosted }: DownloadParts): ChatPlatform['download'] {
  /** Undefined where the address leads to nothing any more. */
  async function fetchFile({ name, url }: DiscordFile, bytesMax: number): Promise<Uint8Array | Refusal | undefined> {
    if (!isHosted(url)) return foreign(name);
    try {
      const mayRedirectTo = ({ href }: URL) => isHosted(href);
      const { status, bytes } = await fetchTo(url, { bytesMax, deadlineMs, mayRedirectTo });
      if (status === 200) return bytes;
      if (status === 403 || status === 404) return undefined;
      throw new Fault('unreachable', `Discord: downloading a file failed with HTTP ${status}`);
    } catch (error) {
      if (!(error instanceof FetchFailure)) throw error;
      if (error.code === 'too-large') return tooLarge(name, bytesMax);
      throw new Fault('unreachable', 'Discord: downloading a file failed', { cause: error });
    }
  }

  /** The file with a new address. Undefined when it is gone with its message, or may not be seen any more. */
  async function renewed(file: DiscordFile): Promise<DiscordFile | undefined> {
    const { channel, message } = file;
    if (channel === undefined || message === undefined) return undefined;
    try {
      const holder = (await rest.get(Routes.channelMessage(channel, message))) as APIMessage;
      const there = heldFiles(holder).find(({ id }) => id === file.id);
      return there && { ...file, url: there.url };
    } catch (error) {
      if (codeOf(error) === code.unknownMessage || isClosed(error)) return undefined;
      throw asFault(error, 'reading a message again');
    }
  }

  return async (given, bytesMax) => {
    const file = readFile(given);
    if ((file.bytes ?? 0) > bytesMax) return tooLarge(file.name, bytesMax);
    const fetched = await fetchFile(file, bytesMax);
    if (fetched !== undefined) return fetched;
    const again = await renewed(file);
    return (again && (await fetchFile(again, bytesMax))) ?? gone(file.name);
  };
}

const quoted = (name: string): string => `“${excerpt(name, 60)}”`;

const unusable = (what: string, hint: string): Refusal => ({ refused: 'unusable', what, hint });
const gone = (name: string) => unusable(`Discord no longer has the file ${quoted(name)}.`, 'Attach it again.');
const foreign = (name: string) => unusable(`${quoted(name)} is no file on Discord.`, 'Attach the picture itself.');
const tooLarge = (name: string, bytesMax: number) =>
  unusable(`The file ${quoted(name)} is larger than ${megabytes(bytesMax)} MB.`, 'Attach a smaller one.');

const megabytes = (bytes: number): number => Number((bytes / 1e6).toPrecision(2));
