import { Fault } from '../domain/fault.ts';

/** What the database failed at is a Fault `storage`, so that nobody takes it for a bug and gives a job up over it. */
export function asFault(error: unknown): unknown {
  if (error instanceof Fault || error instanceof RangeError || error instanceof TypeError) return error;
  return new Fault('storage', `the database failed: ${error instanceof Error ? error.message : error}`, {
    cause: error,
  });
}

/** The same verbs, failing with Faults. */
export function faulty<Part extends object>(part: Part): Part {
  const verbs = Object.entries(part as Record<string, (...args: unknown[]) => Promise<unknown>>);
  const caught = verbs.map(([name, verb]) => [
    name,
    (...args: unknown[]) =>
      verb(...args).catch((error: unknown) => {
        throw asFault(error);
      }),
  ]);
  return Object.fromEntries(caught) as Part;
}
