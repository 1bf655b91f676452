import type { GuardedFetch } from '../http/guarded-fetch.ts';

/** Relays keep pictures near by; one that takes longer than this never comes. */
const deadlineMs = 60_000;

/**
 * Downloads what an answer points to, at once: such addresses live for hours. No key goes along, wherever it leads.
 * @throws Error for anything but status 200, FetchFailure, or the signal's reason
 */
export async function fetchPicture(url: string, download: GuardedFetch, signal: AbortSignal): Promise<Uint8Array> {
  const { status, bytes } = await download(url, { signal, deadlineMs, headers: { accept: 'image/*' } });
  if (status !== 200) throw new Error(`the picture's URL answered ${status}`);
  return bytes;
}
