import type { APIAttachment, APIMessage } from 'discord.js';
import { type DiscordFile, fileOf, type IsHosted } from './file.ts';
import { messageKey } from './place.ts';

/** A message, as far as it can hold pictures. What Easel may not read comes empty or not at all. */
export type Holding = Pick<APIMessage, 'id' | 'channel_id'> &
  Partial<Pick<APIMessage, 'content' | 'attachments' | 'embeds' | 'message_reference' | 'message_snapshots'>>;

/** What a message says itself, or what it passes on of another one. */
type Part = Pick<Holding, 'attachments' | 'embeds'>;

/**
 * The pictures of a message: its files, those that its links show, and the same of what it passes on. What surely is no
 * picture is left out, and so is what stands elsewhere than on Discord.
 * Source: docs.discord.com, "Message", attachment, embed and message snapshot, read 2026-11.
 */
export function heldPictures(message: Holding, isHosted: IsHosted): DiscordFile[] {
  const holder = { channel: message.channel_id, message: message.id };
  const original = message.message_reference?.message_id;
  const key = original === undefined ? {} : { key: messageKey(original) };
  const own = [...pictureFiles(message).map((file) => fileOf(file, holder)), ...linkedPictures(message, isHosted)];
  const passedOn = partsPassedOn(message).flatMap((part) => [
    ...pictureFiles(part).map((file) => ({ ...fileOf(file, holder), ...key })),
    ...linkedPictures(part, isHosted),
  ]);
  return [...new Map([...own, ...passedOn].map((file) => [file.url, file])).values()];
}

/** All files of a message, those that it passes on too. */
export const heldFiles = (message: Holding): APIAttachment[] =>
  [message, ...partsPassedOn(message)].flatMap(({ attachments = [] }) => attachments);

/** True where neither words nor anything to look at came along. */
export const showsNothing = (message: Holding): boolean =>
  !message.content && [message, ...partsPassedOn(message)].every(isEmptyPart);

const isEmptyPart = ({ attachments = [], embeds = [] }: Part): boolean =>
  attachments.length === 0 && embeds.length === 0;

const partsPassedOn = ({ message_snapshots = [] }: Holding): Part[] => message_snapshots.map(({ message }) => message);

const pictureFiles = ({ attachments = [] }: Part): APIAttachment[] => attachments.filter(mayBePicture);

/** Of what a link shows, Discord has the original where it stands on Discord, else a copy to pass on. */
function linkedPictures({ embeds = [] }: Part, isHosted: IsHosted): DiscordFile[] {
  return embeds.flatMap(({ image, thumbnail }) => {
    const picture = image ?? thumbnail;
    const url = [picture?.url, picture?.proxy_url].find((address) => address !== undefined && isHosted(address));
    if (!picture || url === undefined) return [];
    return [{ platform: 'discord' as const, name: nameIn(picture.url), bytes: undefined, url }];
  });
}

/** The last part of an address's path. */
function nameIn(address: string): string {
  const last = URL.parse(address)?.pathname.split('/').findLast(Boolean) ?? '';
  try {
    return decodeURIComponent(last) || 'picture';
  } catch {
    return last;
  }
}

/** False where type or name clearly say so. The type is Discord's guess, and may not be there. */
function mayBePicture({ content_type = '', filename }: APIAttachment): boolean {
  if (content_type.startsWith('image/') || filename.toLowerCase().endsWith('.svg')) return true;
  return !otherTypes.test(content_type) && !otherEndings.test(filename);
}

const otherTypes =
  /^(?:video|audio|text|font)\/|^application\/(?:json|pdf|xml|zip|gzip|rtf|msword|vnd\.|x-(?:7z|rar|tar|gzip|zip))/i;
const otherEndings = new RegExp(
  String.raw`\.(?:${[
    ...['mp4', 'm4v', 'mov', 'webm', 'mkv', 'avi', 'mp3', 'm4a', 'aac', 'ogg', 'oga', 'opus', 'wav', 'flac'],
    ...['pdf', 'docx?', 'xlsx?', 'pptx?', 'odt', 'rtf', 'txt', 'md', 'csv', 'json', 'xml', 'html?', 'log'],
    ...['zip', '7z', 'rar', 'tar', 'gz', 'xz'],
  ].join('|')})$`,
  'i',
);
