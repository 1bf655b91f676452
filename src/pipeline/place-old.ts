import type { Parts } from './parts.ts';

const atOnce = 200;

/** Notes where pictures stand that an Easel posted which did not write that down, so that they can be answered too. */
export async function placeOld({ store, platforms, log }: Parts): Promise<void> {
  let before = '';
  for (;;) {
    const jobs = (await store.gallery.unplaced(atOnce)).filter(({ place }) => platforms.has(place.platform));
    const [first] = jobs;
    // What can't be placed stays among them.
    if (!first || first.id === before) return;
    before = first.id;
    for (const { id, place, endedAt, createdAt } of jobs) {
      const shown = platforms.get(place.platform)?.shown(place);
      if (shown) await store.gallery.posted(id, shown, endedAt ?? createdAt);
    }
    log.info({ jobs: jobs.length }, 'noted where pictures of before stand');
  }
}
