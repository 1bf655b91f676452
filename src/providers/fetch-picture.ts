import { FetchFailure, type GuardedFetch } from '../http/guarded-fetch.ts';

/** Relays keep pictures near by; one that takes longer than this never comes. */
const deadlineMs = 60_000;

/**
 * Downloads what an answer points to, at once: such addresses live for hours. No key goes along, wherever it leads. The
 * picture is paid for, so one that does not come is asked for once more.
 * @throws Error for anything but status 200, FetchFailure, or the signal's reason
 */
export async function fetchPicture(url: string, download: GuardedFetch, signal: AbortSignal): Promise<Uint8Array> {
  const once = async () => {
    const { status, bytes } = await download(url, { signal, deadlineMs, headers: { accept: 'image/*' } });
    if (status !== 200) throw new Error(`the picture's URL answered ${status}`);
    return bytes;
  };
  return once().catch((error: unknown) => {
    const isFinal = signal.aborted || (error instanceof FetchFailure && !comesAgain.has(error.code));
    if (isFinal) throw error;
    return once();
  });
}

/** A host that fails may do better; one where Easel must not go, or with too much to say, stays what it is. */
const comesAgain: ReadonlySet<FetchFailure['code']> = new Set(['unreachable']);
