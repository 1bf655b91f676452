import { findModel, livingSuccessor, type Model } from '../domain/catalogue.ts';
import { modelsOffered } from '../domain/image-provider.ts';
import { type Listing, shutdownsOf } from '../domain/listing.ts';
import type { Parts } from './parts.ts';

const dayMs = 24 * 60 * 60 * 1000;
const warnDaysBefore = 60;

/** Ids of models that somebody counts on. */
export interface InUse {
  /** That pictures were made with lately, or that people have as their default. */
  readonly byPeople: readonly string[];
  /** That a service is set to offer by name. */
  readonly configured: readonly string[];
}

type Knowing = Pick<Parts, 'catalogue' | 'providers' | 'clock'>;

/**
 * Tells the admins of every model in use that is about to retire, by the catalogue or by what a service says itself, once
 * per model and day. What is gone is told on only where the configuration still names it: people get its successor.
 */
export async function warnOfRetiring(
  { byPeople, configured }: InUse,
  listings: readonly Listing[],
  parts: Knowing & Pick<Parts, 'alert'>,
): Promise<void> {
  const { catalogue } = parts;
  const named = new Set([catalogue.default, ...configured].map((id) => findModel(catalogue, id)));
  const inUse = new Set([...named, ...byPeople.map((id) => findModel(catalogue, id))]);
  for (const model of inUse) {
    const words = model && retiringText(model, named.has(model), listings, parts);
    if (words) await parts.alert(`retiring ${model.id}`, words);
  }
}

/** Undefined where there is nothing to say of it. */
function retiringText(
  model: Model,
  isConfigured: boolean,
  listings: readonly Listing[],
  parts: Knowing,
): string | undefined {
  const { id, life } = model;
  const known = life.state === 'current' ? undefined : life.on;
  const differing = shutdownsOf(id, listings).filter(({ day }) => day !== known);
  const [soonest] = [...(known ? [known] : []), ...differing.map(({ day }) => day)].sort();
  if (soonest === undefined || daysUntil(soonest, parts) > warnDaysBefore) return undefined;
  const isOver = daysUntil(soonest, parts) <= 0;
  if (isOver && !isConfigured) return undefined;
  const said = differing.map(({ provider, day }) => `${provider} shuts it down on ${day}`).join(', ');
  if (known === undefined || known > soonest) {
    return `The model ${id}, in use here, ends ${known ? 'sooner than the catalogue says' : 'and the catalogue does not know it'}: ${said}. ${thenText(model, soonest, parts)} Until the catalogue knows the day (MODELS_FILE), requests for ${id} fail there from then on.`;
  }
  const ends = isOver
    ? `The model ${id}, still set up here, ended on ${known}.`
    : `The model ${id}, in use here, ends on ${known}.`;
  return `${ends} ${thenText(model, known, parts)}${offeredBy(model, parts)}${said && ` By its own word ${said}.`}`;
}

const daysUntil = (day: string, { clock }: Knowing): number => (Date.parse(`${day}T00:00:00Z`) - clock.now()) / dayMs;

/** What requests for it are made with when it is gone. */
function thenText(model: Model, day: string, { catalogue, providers }: Knowing): string {
  const living = livingSuccessor(catalogue, model, Date.parse(`${day}T00:00:00Z`));
  const successor = living && living !== model ? living.id : model.successor;
  if (successor === undefined) return 'It has no successor.';
  if (providers.length > 0 && !modelsOffered(providers).includes(successor))
    return `Its successor is ${successor}, which no service here offers.`;
  return `From then on requests for it are made with ${successor}.`;
}

function offeredBy({ id }: Model, { providers }: Knowing): string {
  const names = providers.filter(({ offers }) => offers.some((offer) => offer.id === id)).map(({ name }) => name);
  return names.length === 0 ? '' : ` Here it comes from ${names.join(' and ')}.`;
}
