/** A part of a picture, in percent from its left and upper edge: 0 ≤ left < right ≤ 100, 0 ≤ top < bottom ≤ 100. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const third = [0, 33, 67, 100] as const;
const cell = (column: 0 | 1 | 2, row: 0 | 1 | 2): Region => ({
  left: third[column],
  top: third[row],
  right: third[column + 1] ?? 100,
  bottom: third[row + 1] ?? 100,
});

/** Halves, the middle, and the cells of a grid of three by three. */
const named: Readonly<Record<string, Region>> = {
  left: { left: 0, top: 0, right: 50, bottom: 100 },
  right: { left: 50, top: 0, right: 100, bottom: 100 },
  top: { left: 0, top: 0, right: 100, bottom: 50 },
  bottom: { left: 0, top: 50, right: 100, bottom: 100 },
  center: { left: 25, top: 25, right: 75, bottom: 75 },
  'top-left': cell(0, 0),
  'top-center': cell(1, 0),
  'top-right': cell(2, 0),
  'middle-left': cell(0, 1),
  middle: cell(1, 1),
  'middle-right': cell(2, 1),
  'bottom-left': cell(0, 2),
  'bottom-center': cell(1, 2),
  'bottom-right': cell(2, 2),
};

export const regionNames = Object.keys(named);

/** Reads a name, or two corners in percent such as `10,20-60,80`; undefined when it is neither or has no area. */
export function readRegion(text: string): Region | undefined {
  const word = text.trim().toLowerCase().replaceAll(/\s+/g, '-').replace('centre', 'center');
  if (Object.hasOwn(named, word)) return named[word];
  const corners = /^(\d{1,3})%?,(\d{1,3})%?-+(\d{1,3})%?,(\d{1,3})%?$/.exec(
    text.replaceAll(/\s+/g, '').replace('–', '-'),
  );
  if (!corners) return undefined;
  const [, left = 0, top = 0, right = 0, bottom = 0] = corners.map(Number);
  const inside = left < right && top < bottom && right <= 100 && bottom <= 100;
  return inside ? { left, top, right, bottom } : undefined;
}
