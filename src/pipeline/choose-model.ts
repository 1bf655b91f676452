import { findModel, isGone, livingSuccessor, type Model, type Task } from '../domain/catalogue.ts';
import { modelsOffered } from '../domain/image-provider.ts';
import type { Job } from '../domain/job.ts';
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
 * else the first current one on offer. A model that is gone is stood in for; that, too, is said.
 */
export function chooseModel(
  task: Task,
  wished: string | undefined,
  preferred: readonly (string | undefined)[],
  parts: Choosing,
): Chosen | Refusal {
  const { catalogue } = parts;
  if (wished !== undefined) return namedModel(task, wished, parts);
  const lost: string[] = [];
  for (const id of [...preferred, catalogue.default].filter((known) => known !== undefined)) {
    const chosen = namedModel(task, id, parts);
    if (!isRefusal(chosen)) return withLost(lost, chosen);
    const model = findModel(catalogue, id);
    if (model && id !== catalogue.default && isGone(model, parts.clock.now())) lost.push(model.id);
  }
  const ways = anyWays(task, parts);
  if (!ways) return { refused: 'no-provider', model: catalogue.default };
  return withLost(lost, { ways, notes: [`No service here offers ${catalogue.default}: made with ${nameOf(ways)}.`] });
}

/** What was preferred and is gone without anybody to take its place. */
const withLost = (lost: readonly string[], { ways, notes }: Chosen): Chosen => ({
  ways,
  notes: [...lost.map((id) => `${id} is gone: made with ${nameOf(ways)}.`), ...notes],
});

const nameOf = (ways: readonly Way[]): string => ways[0]?.offer.id ?? '';

function namedModel(task: Task, id: string, parts: Choosing): Chosen | Refusal {
  const { catalogue, clock, providers } = parts;
  const offered = modelsLiving(parts);
  const wanted = findModel(catalogue, id);
  if (!wanted) {
    const near = nearest(id, offered) ?? offered[0];
    return notPossible(`There is no model “${id}”.`, near && `model:${near}`);
  }
  const model = livingSuccessor(catalogue, wanted, clock.now());
  if (!model) {
    const near = anyWays(task, parts);
    return notPossible(`${wanted.id} is gone.`, near && `model:${nameOf(near)}`);
  }
  const ways = offering(model.id, task, providers);
  if (ways.length > 0) return { ways, notes: model === wanted ? [] : [`${wanted.id} is gone: made with ${model.id}.`] };
  const why = offered.includes(model.id) ? `${model.id} can't change pictures` : `no service here offers ${model.id}`;
  const others = model === wanted ? undefined : anyWays(task, parts);
  if (others) return { ways: others, notes: [`${wanted.id} is gone, and ${why}: made with ${nameOf(others)}.`] };
  if (task === 'generate' || !offered.includes(model.id)) return { refused: 'no-provider', model: model.id };
  return notPossible(
    `${model.id} can't change pictures.`,
    elsewhere(parts, () => true),
  );
}

/** Those who offer the default, or its successor, for the task; else the first living model that somebody offers. */
function anyWays(task: Task, { catalogue, providers, clock }: Choosing): readonly Way[] | undefined {
  const usual = findModel(catalogue, catalogue.default);
  const instead = usual && livingSuccessor(catalogue, usual, clock.now());
  return [...(instead ? [instead.id] : []), ...modelsLiving({ catalogue, providers, clock })]
    .map((id) => offering(id, task, providers))
    .find((ways) => ways.length > 0);
}

/** Ids of all models that somebody here offers and that are not gone by now, in order of preference. */
export function modelsLiving({ catalogue, providers, clock }: Choosing): readonly string[] {
  return modelsOffered(providers).filter((id) => {
    const model = findModel(catalogue, id);
    return model && !isGone(model, clock.now());
  });
}

/**
 * For a job whose model was shut down while it waited: its price was agreed for that model, so it is refused, and
 * everything given back, rather than made with another. Undefined while the model lives.
 */
export function goneMeanwhile({ request: { model: id, task } }: Job, parts: Choosing): Refusal | undefined {
  const model = findModel(parts.catalogue, id);
  if (!model || !isGone(model, parts.clock.now())) return undefined;
  const chosen = chooseModel(task, id, [], parts);
  const near = isRefusal(chosen) ? undefined : `model:${nameOf(chosen.ways)}`;
  return notPossible(`${id} was shut down while your request waited.`, near);
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
