import { type Model, nearestSize, takesSize } from '../domain/catalogue.ts';
import { readSize, type Shape, type Size, shapes, sizeText } from '../domain/image.ts';
import type { Refusal } from '../domain/refusal.ts';
import { nearest } from '../domain/text.ts';
import { notPossible } from './choose-model.ts';

/** The size of what was asked for, or of what fits the model when nothing was. */
export function chooseSize(model: Model, wished: string | undefined, preferred: string | undefined): Size | Refusal {
  if (wished !== undefined) return wishedSize(model, wished);
  const own = preferred === undefined ? undefined : sizeOf(model, preferred);
  return own && takesSize(model, own) ? own : (readSize(model.shapes.square) as Size);
}

/**
 * The size that was asked for, else one with the outline of the picture that is changed: exactly its size when we made it,
 * for anything else no larger than the model's usual ones, which a photograph's would cost a multiple of.
 */
export function chooseEditSize(model: Model, wished: string | undefined, first: Size, ours: boolean): Size | Refusal {
  if (wished !== undefined && wished !== 'auto') return wishedSize(model, wished);
  if (ours && takesSize(model, first)) return first;
  const usual = Object.values(model.shapes)
    .map(readSize)
    .reduce((most, size) => Math.max(most, size ? size.width * size.height : 0), 0);
  const scale = Math.min(1, Math.sqrt(usual / (first.width * first.height)));
  return nearestSize(model, { width: first.width * scale, height: first.height * scale });
}

function wishedSize(model: Model, wished: string): Size | Refusal {
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
