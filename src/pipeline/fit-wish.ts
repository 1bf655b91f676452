import { type Model, nearestQuality } from '../domain/catalogue.ts';
import {
  type Background,
  type ImageFormat,
  type ImageRequest,
  type ImageWish,
  type Quality,
  qualities,
} from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import { countMaxUnlessSet, type PersonPreferences, type WorkspacePreferences } from '../domain/preferences.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { counted } from '../domain/text.ts';
import { chooseModel, elsewhere, notPossible } from './choose-model.ts';
import { chooseEditSize, chooseSize } from './choose-size.ts';
import type { Gathered } from './gather.ts';
import type { Parts, Rules } from './parts.ts';

const placeholderNote = 'Placeholder: no image service is set up.';

export interface Fitted {
  readonly request: ImageRequest;
  readonly model: Model;
  readonly provider: ImageProvider;
  /** What was changed on the way and must be said. */
  readonly notes: readonly string[];
}

/**
 * Fills what a wish leaves open, from the pictures it changes or the person's settings, then from the model, and checks
 * all of it against what model and provider can, before anything is held. A refusal names the nearest thing that works.
 */
export function fitWish(
  wish: ImageWish,
  gathered: Gathered,
  own: PersonPreferences,
  team: WorkspacePreferences,
  endUser: string,
  parts: Pick<Parts, 'catalogue' | 'providers' | 'rules' | 'clock'>,
): Fitted | Refusal {
  const { inputs, mask, region, origin, words } = gathered;
  const open = leftOpen(wish, gathered, own);
  const chosen = chooseModel(wish.task, wish.model, open.models, parts);
  if (isRefusal(chosen)) return chosen;
  const { model, provider, notes } = chosen;
  const tooMuch = inputs.length === 0 ? undefined : checkInputs(model, gathered, parts);
  if (tooMuch) return tooMuch;

  const [first] = inputs;
  const size = first
    ? chooseEditSize(model, wish.shape, gathered.outline ?? first, first.parent !== undefined)
    : chooseSize(model, wish.shape, own.shape);
  if (isRefusal(size)) return size;
  const quality = chooseQuality(model, wish.quality, open.quality);
  if (isRefusal(quality)) return quality;
  const count = chooseCount(model, wish.count, open.count, team.countMax ?? countMaxUnlessSet);
  if (isRefusal(count)) return count;
  const look = chooseLook(model, wish.format ?? formatFor(wish, open, model), backgroundFor(wish, open, model));
  if (isRefusal(look)) return look;
  const prompt = [words, ...wish.additions].join('\n\n');
  if (prompt.length > model.promptCharactersMax) {
    return notPossible(
      `${model.id} takes at most ${model.promptCharactersMax} characters; yours has ${prompt.length}.`,
      'a shorter prompt',
    );
  }

  const partialImages = previewsOf({ count, quality }, model, provider, parts.rules);
  const request: ImageRequest = {
    task: wish.task,
    inputs,
    ...(mask && { mask }),
    ...(region && { region }),
    ...(origin && { origin }),
    words,
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

interface LeftOpen {
  readonly models: readonly (string | undefined)[];
  readonly quality: Quality | undefined;
  readonly count: number | undefined;
  readonly format?: ImageFormat | undefined;
  readonly background?: Background | undefined;
}

/** What counts where nothing is said: an edit takes after the picture that it changes, everything else after the person. */
function leftOpen({ task }: ImageWish, { parent }: Gathered, own: PersonPreferences): LeftOpen {
  if (task === 'generate') return { models: [own.model], quality: own.quality, count: own.count };
  const { model, format, background } = parent?.request ?? {};
  return { models: [model], quality: 'medium', count: 1, format, background };
}

/** What is inherited only counts where the model can do it: nobody has asked for it. */
const among = <T>(known: readonly T[], inherited: T | undefined): T | undefined =>
  known.find((value) => value === inherited);

const formatFor = (wish: ImageWish, open: LeftOpen, model: Model): ImageFormat | undefined =>
  wish.background === 'transparent' && open.format === 'jpeg' ? undefined : among(model.formats, open.format);

const backgroundFor = (wish: ImageWish, open: LeftOpen, model: Model): Background | undefined =>
  wish.background ?? (wish.format === 'jpeg' ? undefined : among(model.backgrounds, open.background));

function checkInputs(
  model: Model,
  { inputs, mask }: Gathered,
  parts: Pick<Parts, 'catalogue' | 'providers' | 'clock'>,
): Refusal | undefined {
  const offered = [...new Set(parts.providers.flatMap(({ models }) => models))];
  if (inputs.length > model.referencesMax) {
    const near = elsewhere(offered, parts, ({ referencesMax }) => referencesMax >= inputs.length);
    return notPossible(
      `${model.id} takes up to ${counted(model.referencesMax, 'picture')}; you gave ${inputs.length}.`,
      near,
    );
  }
  if (mask && !model.mask)
    return notPossible(
      `${model.id} takes no mask and no region.`,
      elsewhere(offered, parts, (other) => other.mask),
    );
  return undefined;
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
