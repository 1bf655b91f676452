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
  const settled: string[] = [];
  for (const name of names) {
    if (needed.has(name) || (await blobs.remove(name, clock.now() - freshMs))) settled.push(name);
  }
  await store.keeping.left(settled);
  return names.length - settled.length;
}

/** What jobs were let go of with and could not be removed at once: it was too fresh, or whoever was at it died. */
export async function removeLeaving(parts: LettingGo, signal: AbortSignal): Promise<void> {
  for (let after = ''; ; ) {
    const names = await parts.store.keeping.leaving(after, atOnce);
    await removeUnneeded(names, parts);
    const last = names.at(-1);
    if (last === undefined || names.length < atOnce) return;
    after = last;
    await parts.clock.sleep(restMs, signal);
  }
}

/**
 * Looks through the whole store for blobs that no job needs: of edits that were refused, of processes that died. A few at a time, with rests between.
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
