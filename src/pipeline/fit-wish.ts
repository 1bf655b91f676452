import {
  findModel,
  isGone,
  livingSuccessor,
  type Model,
  nearestQuality,
  nearestSize,
  takesSize,
} from '../domain/catalogue.ts';
import {
  type Background,
  type ImageFormat,
  type ImageRequest,
  type ImageWish,
  type Quality,
  qualities,
  readSize,
  type Shape,
  type Size,
  shapes,
  sizeText,
} from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import { countMaxUnlessSet, type PersonPreferences, type WorkspacePreferences } from '../domain/preferences.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { nearest } from '../domain/text.ts';
import type { Parts, Rules } from './parts.ts';
import { offering } from './route.ts';

const placeholderNote = 'Placeholder: no image service is set up.';

export interface Fitted {
  readonly request: ImageRequest;
  readonly model: Model;
  readonly provider: ImageProvider;
  /** What was changed on the way and must be said. */
  readonly notes: readonly string[];
}

/**
 * Fills what a wish leaves open, from the person's settings, then from the model, and checks all of it against what
 * model and provider can, before anything is held. A refusal names the nearest thing that works.
 */
export function fitWish(
  wish: ImageWish,
  own: PersonPreferences,
  team: WorkspacePreferences,
  endUser: string,
  parts: Pick<Parts, 'catalogue' | 'providers' | 'rules' | 'clock'>,
): Fitted | Refusal {
  const chosen = chooseModel(wish.model, own.model, parts);
  if (isRefusal(chosen)) return chosen;
  const { model, provider, notes } = chosen;

  const size = chooseSize(model, wish.shape, own.shape);
  if (isRefusal(size)) return size;
  const quality = chooseQuality(model, wish.quality, own.quality);
  if (isRefusal(quality)) return quality;
  const count = chooseCount(model, wish.count, own.count, team.countMax ?? countMaxUnlessSet);
  if (isRefusal(count)) return count;
  const look = chooseLook(model, wish.format, wish.background);
  if (isRefusal(look)) return look;
  const prompt = [wish.words, ...wish.additions].join('\n\n');
  if (prompt.length > model.promptCharactersMax) {
    return notPossible(
      `${model.id} takes at most ${model.promptCharactersMax} characters; yours has ${prompt.length}.`,
      'a shorter prompt',
    );
  }

  const partialImages = previewsOf({ count, quality }, model, provider, parts.rules);
  const request: ImageRequest = {
    task: 'generate',
    words: wish.words,
    prompt,
    model: model.id,
    size,
    quality,
    count,
    ...look,
    partialImages,
    fresh: wish.fresh,
    endUser,
  };
  return { request, model, provider, notes: provider.placeholder ? [...notes, placeholderNote] : notes };
}

/** Previews are made of a single picture that takes long enough to want one. */
export function previewsOf(
  { count, quality }: Pick<ImageRequest, 'count' | 'quality'>,
  model: Model,
  provider: ImageProvider,
  rules: Rules,
): number {
  const wanted = count === 1 && qualities.indexOf(quality) >= qualities.indexOf('medium');
  return wanted ? Math.min(rules.partialImages, model.partialImagesMax, provider.partialImagesMax) : 0;
}

const notPossible = (what: string, near: string | undefined): Refusal => ({
  refused: 'not-possible',
  what,
  nearest: near,
});

type Chosen = Pick<Fitted, 'model' | 'provider' | 'notes'>;

function chooseModel(
  wished: string | undefined,
  preferred: string | undefined,
  parts: Pick<Parts, 'catalogue' | 'providers' | 'clock'>,
): Chosen | Refusal {
  const { catalogue, providers } = parts;
  const offered = [...new Set(providers.flatMap(({ models }) => models))];
  if (wished !== undefined) return namedModel(wished, offered, parts);
  for (const id of [preferred, catalogue.default]) {
    const chosen = id === undefined ? undefined : namedModel(id, offered, parts);
    if (chosen && !isRefusal(chosen)) return chosen;
  }
  // Nobody here offers the default model: the first current one that somebody does.
  const first = offered
    .map((id) => findModel(catalogue, id))
    .find((model) => model && !isGone(model, parts.clock.now()));
  const provider = first && offering(first.id, providers);
  if (!first || !provider) return { refused: 'no-provider', model: catalogue.default };
  return { model: first, provider, notes: [`No service here offers ${catalogue.default}: made with ${first.id}.`] };
}

function namedModel(
  id: string,
  offered: readonly string[],
  { catalogue, providers, clock }: Pick<Parts, 'catalogue' | 'providers' | 'clock'>,
): Chosen | Refusal {
  const wanted = findModel(catalogue, id);
  if (!wanted) {
    const near = nearest(id, offered) ?? offered[0];
    return notPossible(`There is no model “${id}”.`, near && `model:${near}`);
  }
  const model = livingSuccessor(catalogue, wanted, clock.now());
  if (!model) return notPossible(`${wanted.id} is gone.`, offered[0] && `model:${offered[0]}`);
  const provider = offering(model.id, providers);
  if (!provider) return { refused: 'no-provider', model: model.id };
  return { model, provider, notes: model === wanted ? [] : [`${wanted.id} is gone: made with ${model.id}.`] };
}

function chooseSize(model: Model, wished: string | undefined, preferred: string | undefined): Size | Refusal {
  if (wished === undefined) {
    const own = preferred === undefined ? undefined : sizeOf(model, preferred);
    return own && takesSize(model, own) ? own : (readSize(model.shapes.square) as Size);
  }
  const size = sizeOf(model, wished.toLowerCase());
  if (!size) {
    const near = nearest(wished, shapes);
    return notPossible(
      `“${wished}” is no shape and no size.`,
      near ? `shape:${near}` : `shape:wide, or a size such as shape:1536x864`,
    );
  }
  if (takesSize(model, size)) return size;
  return notPossible(`${model.id} can't make ${sizeText(size)}.`, `shape:${sizeText(nearestSize(model, size))}`);
}

const sizeOf = (model: Model, text: string): Size | undefined => readSize(model.shapes[text as Shape] ?? text);

function chooseQuality(model: Model, wished: Quality | undefined, preferred: Quality | undefined): Quality | Refusal {
  if (wished === undefined) return nearestQuality(model, preferred ?? 'medium');
  if (model.qualities.includes(wished)) return wished;
  return notPossible(`${model.id} has no quality ${wished}.`, `quality:${nearestQuality(model, wished)}`);
}

function chooseCount(
  model: Model,
  wished: number | undefined,
  preferred: number | undefined,
  teamMax: number,
): number | Refusal {
  const most = Math.min(model.countMax, teamMax);
  if (wished === undefined) return Math.min(preferred ?? 1, most);
  if (wished <= most) return wished;
  return notPossible(`One request may ask for up to ${most} pictures here; an admin can change that.`, `count:${most}`);
}

function chooseLook(
  model: Model,
  format: ImageFormat | undefined,
  background: Background | undefined,
): { format: ImageFormat; background: Background } | Refusal {
  const wanted = background ?? 'auto';
  if (!model.backgrounds.includes(wanted)) {
    return notPossible(
      `${model.id} can't make a ${wanted} background.`,
      model.backgrounds[0] && `background:${model.backgrounds[0]}`,
    );
  }
  const file = format ?? 'png';
  if (!model.formats.includes(file))
    return notPossible(`${model.id} can't make ${file} files.`, model.formats[0] && `format:${model.formats[0]}`);
  if (wanted === 'transparent' && file === 'jpeg')
    return notPossible("A jpeg file can't be transparent.", 'format:png');
  return { format: file, background: wanted };
}
