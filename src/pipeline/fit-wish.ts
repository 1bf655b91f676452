import { type Model, nearestQuality } from '../domain/catalogue.ts';
import {
  type Background,
  type ImageFormat,
  type ImageRequest,
  type ImageWish,
  type Quality,
  qualities,
} from '../domain/image.ts';
import { countMaxUnlessSet, type PersonPreferences, type WorkspacePreferences } from '../domain/preferences.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { counted } from '../domain/text.ts';
import { chooseModel, elsewhere, notPossible } from './choose-model.ts';
import { chooseEditSize, chooseSize } from './choose-size.ts';
import type { Gathered } from './gather.ts';
import type { Parts, Rules } from './parts.ts';
import { canDo, type Way } from './route.ts';

const placeholderNote = 'Placeholder: no image service is set up.';

export interface Fitted {
  readonly request: ImageRequest;
  /** Who can make exactly this, in order of preference; never empty. */
  readonly ways: readonly [Way, ...Way[]];
  /** What was changed on the way and must be said. */
  readonly notes: readonly string[];
}

/**
 * Fills what a wish leaves open, from the pictures it changes or the person's settings, then from the model, and checks
 * all of it against what the services can, before anything is held: it need only fit one of them. A refusal names the
 * nearest thing that works.
 */
export function fitWish(
  wish: ImageWish,
  gathered: Gathered,
  own: PersonPreferences,
  team: WorkspacePreferences,
  endUser: string,
  parts: Pick<Parts, 'catalogue' | 'providers' | 'rules' | 'clock'>,
): Fitted | Refusal {
  const open = leftOpen(wish, gathered, own);
  const chosen = chooseModel(wish.task, wish.model, open.models, parts);
  if (isRefusal(chosen)) return chosen;
  let refusal: Refusal | undefined;
  for (const way of chosen.ways) {
    const request = fitTo(way, wish, gathered, { own, team, open }, endUser, parts);
    if (isRefusal(request)) {
      refusal ??= request;
      continue;
    }
    const others = chosen.ways.filter((other) => other !== way && canDo(other, request));
    const notes = way.provider.placeholder ? [...chosen.notes, placeholderNote] : chosen.notes;
    return { request, ways: [way, ...others], notes };
  }
  return refusal ?? { refused: 'no-provider', model: parts.catalogue.default };
}

interface Preferred {
  readonly own: PersonPreferences;
  readonly team: WorkspacePreferences;
  readonly open: LeftOpen;
}

/** The wish as one service can make it. */
function fitTo(
  way: Way,
  wish: ImageWish,
  gathered: Gathered,
  { own, team, open }: Preferred,
  endUser: string,
  parts: Pick<Parts, 'catalogue' | 'providers' | 'rules' | 'clock'>,
): ImageRequest | Refusal {
  const { offer } = way;
  const { inputs, mask, region, origin, words } = gathered;
  const tooMuch = inputs.length === 0 ? undefined : checkInputs(offer, gathered, parts);
  if (tooMuch) return tooMuch;
  const [first] = inputs;
  const size = first
    ? chooseEditSize(offer, wish.shape, gathered.outline ?? first, first.parent !== undefined)
    : chooseSize(offer, wish.shape, own.shape);
  if (isRefusal(size)) return size;
  const quality = chooseQuality(offer, wish.quality, open.quality);
  if (isRefusal(quality)) return quality;
  const count = chooseCount(offer, wish.count, open.count, team.countMax ?? countMaxUnlessSet);
  if (isRefusal(count)) return count;
  const look = chooseLook(offer, wish.format ?? formatFor(wish, open, offer), backgroundFor(wish, open, offer));
  if (isRefusal(look)) return look;
  const prompt = [words, ...wish.additions].join('\n\n');
  if (prompt.length > offer.promptCharactersMax) {
    return notPossible(
      `${offer.id} takes at most ${offer.promptCharactersMax} characters; yours has ${prompt.length}.`,
      'a shorter prompt',
    );
  }
  return {
    task: wish.task,
    inputs,
    ...(mask && { mask }),
    ...(region && { region }),
    ...(origin && { origin }),
    words,
    prompt,
    model: offer.id,
    size,
    quality,
    count,
    ...look,
    partialImages: previewsOf({ count, quality }, way, parts.rules),
    fresh: wish.fresh,
    endUser,
  };
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
  if (inputs.length > model.referencesMax) {
    const near = elsewhere(parts, ({ referencesMax }) => referencesMax >= inputs.length);
    return notPossible(
      `${model.id} takes up to ${counted(model.referencesMax, 'picture')}; you gave ${inputs.length}.`,
      near,
    );
  }
  if (mask && !model.mask)
    return notPossible(
      `${model.id} takes no mask and no region.`,
      elsewhere(parts, (other) => other.mask),
    );
  return undefined;
}

/** Previews are made of a single picture that takes long enough to want one. */
export function previewsOf(
  { count, quality }: Pick<ImageRequest, 'count' | 'quality'>,
  { offer, provider }: Way,
  rules: Rules,
): number {
  const wanted = count === 1 && qualities.indexOf(quality) >= qualities.indexOf('medium');
  return wanted ? Math.min(rules.partialImages, offer.partialImagesMax, provider.partialImagesMax) : 0;
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
  const file = format ?? (model.formats.includes('png') ? 'png' : (model.formats[0] ?? 'png'));
  if (!model.formats.includes(file))
    return notPossible(`${model.id} can't make ${file} files.`, model.formats[0] && `format:${model.formats[0]}`);
  if (wanted === 'transparent' && file === 'jpeg')
    return notPossible("A jpeg file can't be transparent.", 'format:png');
  return { format: file, background: wanted };
}
