import type { PersonId } from '../domain/person.ts';
import type { Text } from '../domain/text.ts';
import { cancel } from './cancel.ts';
import { type Forgets, forget, forgetInTime } from './forget.ts';
import type { Parts } from './parts.ts';
import type { Worker } from './queue.ts';

/** A call that is stopped ends within seconds; posting may take longer, and what is left then is done with the next round. */
const patienceMs = 5 * 60_000;

const forgetting = (parts: Parts, worker: Worker): Forgets => ({
  ...parts,
  stop: (job) => cancel(job, parts, worker),
});

/** Forgets the asker. That it was asked for is noted before the answer; the rest follows by itself. */
export async function forgetMe(person: PersonId, parts: Parts, worker: Worker): Promise<Text> {
  const asked = { person, until: parts.clock.now() };
  await parts.store.keeping.ask(asked);
  parts.log.info('somebody asked to be forgotten');
  parts.errands.add(forgetInTime(asked, forgetting(parts, worker), patienceMs, parts.closing).then(() => undefined));
  return 'Easel is forgetting you: what is in the works is stopped, and your words, pictures, settings and name go. What was posted stays posted. Nothing more is charged.';
}

/** Goes on with those who asked and could not be forgotten yet. */
export async function finishForgetting(parts: Parts, worker: Worker): Promise<void> {
  for (const asked of await parts.store.keeping.asked()) await forget(asked, forgetting(parts, worker));
}
