import type { ChatRequest, Received, Responder } from '../domain/chat-platform.ts';
import type { AnswerCommand, Desk, Values } from '../domain/command.ts';
import type { JobId } from '../domain/job.ts';
import { isRefusal } from '../domain/refusal.ts';
import { cancel } from './cancel.ts';
import { modelsLiving } from './choose-model.ts';
import { laneFor } from './lane.ts';
import type { Parts } from './parts.ts';
import type { Worker } from './queue.ts';
import { refuse } from './refuse.ts';
import { services } from './services.ts';

/** Has a command answer from the asker's account, so that only they see it. */
export async function answer(
  asked: ChatRequest,
  command: AnswerCommand,
  values: Values<AnswerCommand['options']>,
  admin: boolean,
  respond: Responder,
  parts: Parts,
  worker: Worker,
): Promise<Received> {
  const { store, preferences, catalogue, commands, clock } = parts;
  const desk: Desk = {
    requestId: `${asked.place.platform}:${asked.id}`,
    asker: asked.person,
    admin,
    ledger: store.ledger,
    queue: store.queue,
    audit: store.audit,
    preferences,
    catalogue,
    models: modelsLiving(parts),
    lane: async () => laneFor(asked, await preferences.ofWorkspace(asked.person.workspace), parts),
    services: services(parts),
    commands,
    cancel: (job) => cancel(job as JobId, parts, worker),
    now: clock.now(),
  };
  const said = await command.answer(values, desk);
  if (isRefusal(said)) return refuse(said, respond);
  await respond.tell(said);
  return { answered: true };
}
