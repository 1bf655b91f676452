import type { Logger } from 'pino';
import type { Errands } from './parts.ts';

/** Keeps hold of promises that nobody awaits, so that none is lost or goes unheard. */
export function errands(log: Logger): Errands {
  const open = new Set<Promise<void>>();
  return {
    add(errand) {
      const heard = errand
        .catch((error: unknown) => log.warn({ err: error }, 'an errand failed'))
        .finally(() => open.delete(heard));
      open.add(heard);
    },
    async settled() {
      while (open.size > 0) await Promise.all(open);
    },
  };
}
