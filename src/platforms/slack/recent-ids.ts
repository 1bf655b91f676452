/** Remembers the last so many ids: `isNew` is true the first time only. */
export function recentIds(idsMax: number): { isNew(id: string): boolean } {
  const seen = new Set<string>();
  return {
    isNew(id) {
      if (seen.has(id)) return false;
      const [oldest] = seen;
      if (seen.size >= idsMax && oldest !== undefined) seen.delete(oldest);
      seen.add(id);
      return true;
    },
  };
}
