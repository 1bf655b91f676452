import type { Parts } from './parts.ts';

/** Blobs that no job needs any more, and how they go. */

/** A blob may be stored, or renewed, so long before a job refers to it. */
const freshMs = 60 * 60_000;
/** How long what an edit began with stays that ended without a picture, so that it can be asked for again. */
const endedMs = 24 * 60 * 60_000;
const atOnce = 100;
const restMs = 50;

export type LettingGo = Pick<Parts, 'store' | 'blobs' | 'clock'>;

/** Removes those of the blobs that nobody needs, except what was stored or renewed a moment ago. Returns how many stay for that. */
export async function removeUnneeded(names: readonly string[], { store, blobs, clock }: LettingGo): Promise<number> {
  const needed = await store.keeping.needed(names, clock.now() - endedMs);
  let fresh = 0;
  for (const name of names) {
    if (!needed.has(name) && !(await blobs.remove(name, clock.now() - freshMs))) fresh++;
  }
  return fresh;
}

/**
 * Looks through the whole store for blobs that no job needs: of edits that were refused, of processes that died, and what
 * was too fresh to be removed before. A few at a time, with rests between.
 */
export async function sweep(parts: LettingGo, signal: AbortSignal): Promise<void> {
  const { store, blobs, clock } = parts;
  await store.keeping.noteInputs(clock.now() - 7 * endedMs);
  for await (const page of blobs.older(clock.now() - freshMs)) {
    for (let at = 0; at < page.length; at += atOnce) {
      await removeUnneeded(page.slice(at, at + atOnce), parts);
      await clock.sleep(restMs, signal);
    }
  }
}
