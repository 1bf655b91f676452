import { findModel, isGone, livingSuccessor, type Model, type Task } from '../domain/catalogue.ts';
import { modelsOffered } from '../domain/image-provider.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { nearest } from '../domain/text.ts';
import type { Parts } from './parts.ts';
import { offering, type Way } from './route.ts';

type Choosing = Pick<Parts, 'catalogue' | 'providers' | 'clock'>;

export interface Chosen {
  /** Those who offer it, in order of preference; never empty. */
  readonly ways: readonly Way[];
  readonly notes: readonly string[];
}

/**
 * The model that was named, else the first of those preferred that somebody here offers for the task, else the default,
 * else the first current one on offer.
 */
export function chooseModel(
  task: Task,
  wished: string | undefined,
  preferred: readonly (string | undefined)[],
  parts: Choosing,
): Chosen | Refusal {
  const { catalogue, providers } = parts;
  const offered = modelsOffered(providers);
  if (wished !== undefined) return namedModel(task, wished, offered, parts);
  for (const id of [...preferred, catalogue.default]) {
    const chosen = id === undefined ? undefined : namedModel(task, id, offered, parts);
    if (chosen && !isRefusal(chosen)) return chosen;
  }
  const first = offered
    .map((id) => findModel(catalogue, id))
    .find((model) => model && !isGone(model, parts.clock.now()) && offering(model.id, task, providers).length > 0);
  if (!first) return { refused: 'no-provider', model: catalogue.default };
  const ways = offering(first.id, task, providers);
  return { ways, notes: [`No service here offers ${catalogue.default}: made with ${first.id}.`] };
}

function namedModel(task: Task, id: string, offered: readonly string[], parts: Choosing): Chosen | Refusal {
  const { catalogue, clock } = parts;
  const wanted = findModel(catalogue, id);
  if (!wanted) {
    const near = nearest(id, offered) ?? offered[0];
    return notPossible(`There is no model “${id}”.`, near && `model:${near}`);
  }
  const model = livingSuccessor(catalogue, wanted, clock.now());
  if (!model) return notPossible(`${wanted.id} is gone.`, offered[0] && `model:${offered[0]}`);
  const ways = offering(model.id, task, parts.providers);
  if (ways.length > 0) return { ways, notes: model === wanted ? [] : [`${wanted.id} is gone: made with ${model.id}.`] };
  if (task === 'generate' || !offered.includes(model.id)) return { refused: 'no-provider', model: model.id };
  return notPossible(
    `${model.id} can't change pictures.`,
    elsewhere(parts, () => true),
  );
}

/** A model on offer that changes pictures and fits. */
export function elsewhere(parts: Choosing, fits: (offer: Model) => boolean): string | undefined {
  const found = parts.providers
    .flatMap(({ offers }) => offers)
    .find((offer) => offer.tasks.includes('edit') && !isGone(offer, parts.clock.now()) && fits(offer));
  return found && `model:${found.id}`;
}

export const notPossible = (what: string, near: string | undefined): Refusal => ({
  refused: 'not-possible',
  what,
  nearest: near,
});
