export interface RecentIds {
  /**
   * Does the work, unless it was done under this id before, or is being done. Where it resolves to false nothing came of
   * it: then the id takes no room, and the same may be tried again.
   */
  once(id: string, work: () => Promise<boolean>): Promise<void>;
}

/** Remembers the last so many ids. */
export function recentIds(idsMax: number): RecentIds {
  const seen = new Set<string>();
  return {
    async once(id, work) {
      if (seen.has(id)) return;
      const [oldest] = seen;
      if (seen.size >= idsMax && oldest !== undefined) seen.delete(oldest);
      seen.add(id);
      if (!(await work())) seen.delete(id);
    },
  };
}
