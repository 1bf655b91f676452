import { readImage } from '../domain/image.ts';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { decodeBase64 } from './base64.ts';
import type { Reply } from './chat-reply.ts';
import { fetchPicture } from './fetch-picture.ts';

/**
 * Where in a reply its picture is. Each service has a way of its own, and nobody says which.
 * Sources: docs.apiyi.com "gpt-image-2-all" (Markdown); openrouter.ai/docs "Image Generation" (`images`); GitHub issues
 * of clients for the rest. Read 2026-11.
 */

/** Letters of pictures set aside, nobody writes more than this around a link. Only the end is looked at. */
export const textMax = 100_000;
/** Of one way of giving pictures: a preview, the picture, and what a model that makes several adds. */
export const placesMax = 4;

const url = String.raw`https?:\/\/[^\s<>()"'\`\\，。）】」]{1,2000}`;

/** No repetition without a bound, so that no text takes longer than its length says. */
export const patterns = {
  /** `![words](address "title")`; without the `!` a link. */
  markdown: new RegExp(
    String.raw`(!?)\[([^\]\n]{0,300})\]\(\s{0,3}<?(${url})>?(?:\s{1,3}["'][^\n)]{0,200})?\s{0,3}\)`,
    'gi',
  ),
  bare: new RegExp(url, 'gi'),
} as const;

const dataUrl = /data:image\/[a-z0-9.+-]{1,20};base64,/gi;
const letters = /[A-Za-z0-9+/_-]+={0,2}/y;
const download = /download|original|full.?size|下载|下載|原图|原圖|高清/i;
const extension = /\.(?:png|jpe?g|webp)$/i;

/**
 * Addresses of what may be the picture, the likeliest way first; within a way the last is the likeliest. Each address is
 * named once. What the person wrote is never taken for the answer, although some services repeat it.
 */
export function findPictures(reply: Pick<Reply, 'text' | 'images' | 'parts'>, prompt: string): string[][] {
  const { inline, rest } = setAside(reply.text);
  const text = rest.slice(-textMax);
  const links = [...text.matchAll(patterns.markdown)].map(([, mark, words = '', address = '']) => ({
    address,
    shown: mark === '!',
    offered: download.test(words),
  }));
  const named = links.filter(({ shown, offered, address }) => !shown && !offered && namesPicture(address));
  const bare = [...text.matchAll(patterns.bare)].map(([address]) => address.replace(/[.,;:!?*_~]{1,10}$/, ''));
  // A picture that is shown may be the preview of the one that is offered for download.
  const shown = links.filter((link) => link.shown || link.offered);
  const addresses = (found: readonly { readonly address: string }[]) => found.map(({ address }) => address);
  const ways = [reply.images, reply.parts, inline, addresses(shown), addresses(named), bare.filter(namesPicture)];
  const seen = new Set<string>();
  const isNew = (address: string) => !prompt.includes(address) && seen.size < seen.add(address).size;
  return ways
    .map((way) =>
      way
        .map((address) => address.replaceAll('&amp;', '&'))
        .filter(isNew)
        .slice(-placesMax),
    )
    .filter((way) => way.length > 0);
}

/** Takes the `data:` URLs out of a text: they are all that makes it long. */
function setAside(text: string): { inline: string[]; rest: string } {
  const inline: string[] = [];
  const rest: string[] = [];
  let from = 0;
  for (const { index, 0: head } of text.matchAll(dataUrl)) {
    if (index < from) continue;
    letters.lastIndex = index + head.length;
    const picture = letters.exec(text);
    if (!picture) continue;
    inline.push(head + picture[0]);
    rest.push(text.slice(from, index));
    from = letters.lastIndex;
  }
  return { inline, rest: [...rest, text.slice(from)].join(' ') };
}

const namesPicture = (address: string): boolean => extension.test(URL.parse(address)?.pathname ?? '');

/**
 * The picture: the largest of the first way that has one, and of equals the last.
 * @returns no picture and the first failure where there is none; nothing but the signal's reason is thrown
 */
export async function pickPicture(
  ways: readonly (readonly string[])[],
  download: GuardedFetch,
  signal: AbortSignal,
): Promise<{ readonly picture: Uint8Array | undefined; readonly failure: unknown }> {
  let failure: unknown;
  const pictureAt = async (address: string) => {
    try {
      const bytes = address.startsWith('data:') ? decodeBase64(address) : await fetchPicture(address, download, signal);
      return bytes && readImage(bytes);
    } catch (error) {
      signal.throwIfAborted();
      failure ??= error;
      return undefined;
    }
  };
  for (const way of ways) {
    const pictures = (await Promise.all(way.map(pictureAt))).filter((picture) => picture !== undefined);
    const [largest] = pictures.reverse().sort((a, b) => b.width * b.height - a.width * a.height);
    if (largest) return { picture: largest.bytes, failure };
  }
  return { picture: undefined, failure };
}
