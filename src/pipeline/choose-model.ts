import { findModel, isGone, livingSuccessor, type Model } from '../domain/catalogue.ts';
import type { ImageRequest } from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { nearest } from '../domain/text.ts';
import type { Parts } from './parts.ts';
import { offering } from './route.ts';

type Task = ImageRequest['task'];
type Choosing = Pick<Parts, 'catalogue' | 'providers' | 'clock'>;

export interface Chosen {
  readonly model: Model;
  readonly provider: ImageProvider;
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
  const offered = [...new Set(providers.flatMap(({ models }) => models))];
  if (wished !== undefined) return namedModel(task, wished, offered, parts);
  for (const id of [...preferred, catalogue.default]) {
    const chosen = id === undefined ? undefined : namedModel(task, id, offered, parts);
    if (chosen && !isRefusal(chosen)) return chosen;
  }
  const first = offered
    .map((id) => findModel(catalogue, id))
    .find((model) => model && !isGone(model, parts.clock.now()) && doing(task, model, parts));
  const provider = first && doing(task, first, parts);
  if (!first || !provider) return { refused: 'no-provider', model: catalogue.default };
  return { model: first, provider, notes: [`No service here offers ${catalogue.default}: made with ${first.id}.`] };
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
  const provider = doing(task, model, parts);
  if (provider)
    return { model, provider, notes: model === wanted ? [] : [`${wanted.id} is gone: made with ${model.id}.`] };
  if (task === 'generate' || !offered.includes(model.id)) return { refused: 'no-provider', model: model.id };
  return notPossible(
    `${model.id} can't change pictures.`,
    elsewhere(offered, parts, () => true),
  );
}

/** A model on offer that changes pictures and fits. */
export function elsewhere(
  offered: readonly string[],
  parts: Choosing,
  fits: (model: Model) => boolean,
): string | undefined {
  const found = offered
    .map((id) => findModel(parts.catalogue, id))
    .find((model) => model && !isGone(model, parts.clock.now()) && fits(model) && doing('edit', model, parts));
  return found && `model:${found.id}`;
}

const doing = (task: Task, model: Model, { providers }: Pick<Parts, 'providers'>): ImageProvider | undefined =>
  task === 'edit' && model.referencesMax === 0 ? undefined : offering(model.id, task, providers);

export const notPossible = (what: string, near: string | undefined): Refusal => ({
  refused: 'not-possible',
  what,
  nearest: near,
});
