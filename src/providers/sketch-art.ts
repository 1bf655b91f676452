import type { Box } from './sketch-text.ts';

/** Small abstract compositions, drawn by lot from a seed: the same seed draws the same picture. */

export interface Palette {
  readonly sky: readonly [string, string];
  /** From the loudest to the quietest. */
  readonly colours: readonly [string, string, string, string];
}

/** Big shapes, then what lies over them. */
export interface Art {
  readonly large: string;
  readonly small: string;
}

/** A number from 0 to 1 (1 excluded). */
export type Lot = () => number;

const palettes: readonly Palette[] = [
  { sky: ['#fde2c8', '#f7a990'], colours: ['#d1495b', '#2e4057', '#edae49', '#fbf1e3'] },
  { sky: ['#cfe8ef', '#8ab6d6'], colours: ['#f4845f', '#1d3557', '#457b9d', '#f8f4ec'] },
  { sky: ['#e6ecd6', '#a9c3a0'], colours: ['#e07a5f', '#3d5a45', '#f2cc8f', '#fdfaf0'] },
  { sky: ['#2b2d5b', '#6c4a8c'], colours: ['#ff9f80', '#1b1b3a', '#f7d36b', '#efe6ff'] },
  { sky: ['#fbe9f0', '#d9b8e8'], colours: ['#7b5ea7', '#33264f', '#f28fad', '#fffafc'] },
  { sky: ['#0f3d4c', '#2a7f86'], colours: ['#f6bd60', '#0a2a36', '#84d0c4', '#f7ede2'] },
  { sky: ['#fff1cc', '#f9c784'], colours: ['#e4572e', '#29335c', '#669bbc', '#fffdf5'] },
  { sky: ['#dfe3ee', '#b3bdd6'], colours: ['#ef6f6c', '#2f3e6b', '#56e39f', '#ffffff'] },
];

/** Mulberry32, by Tommy Ettinger (public domain): small, and good enough for pictures. */
export function lotOf(seed: number): Lot {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(lot: Lot, from: readonly [T, ...T[]]): T => from[Math.floor(lot() * from.length)] ?? from[0];

export const palette = (lot: Lot): Palette => pick(lot, palettes as [Palette, ...Palette[]]);

export const composition = (lot: Lot, box: Box, colours: Palette): Art =>
  pick(lot, [hills, tiles, orbits])(lot, box, colours.colours);

const n = (value: number): string => value.toFixed(1);

const circle = (x: number, y: number, r: number, fill: string, more = ''): string =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}" ${more}/>`;

/** A sun or moon over ranges of hills. */
function hills(lot: Lot, { x, y, width, height }: Box, [loud, dark, warm, light]: Palette['colours']): Art {
  const unit = Math.min(width, height);
  const sunX = x + width * (0.2 + lot() * 0.6);
  const sunY = y + height * (0.26 + lot() * 0.16);
  const sun =
    circle(sunX, sunY, unit * 0.3, light, 'opacity="0.25"') +
    circle(sunX, sunY, unit * 0.23, light, 'opacity="0.35"') +
    circle(sunX, sunY, unit * 0.165, pick(lot, [loud, warm, light]));
  const ridge = (level: number, fill: string, opacity: number) => {
    const steps = 3 + Math.floor(lot() * 2);
    const edge = width / steps;
    const top = () => y + height * (level + (lot() - 0.5) * 0.16);
    let path = `M${n(x)} ${n(y + height)}L${n(x)} ${n(top())}`;
    let last = top();
    for (let step = 0; step < steps; step++) {
      const next = top();
      const from = x + step * edge;
      path += `C${n(from + edge * 0.5)} ${n(last)} ${n(from + edge * 0.5)} ${n(next)} ${n(from + edge)} ${n(next)}`;
      last = next;
    }
    return `<path d="${path}L${n(x + width)} ${n(y + height)}Z" fill="${fill}" opacity="${opacity}"/>`;
  };
  const birds = Array.from({ length: 3 + Math.floor(lot() * 3) }, () => {
    const [bx, by] = [x + width * (0.1 + lot() * 0.8), y + height * (0.1 + lot() * 0.3)];
    const wing = unit * (0.014 + lot() * 0.012);
    const [left, right, tip, arch] = [bx - wing, bx + wing, by - wing * 0.35, by - wing * 0.9];
    const path = `M${n(left)} ${n(tip)}Q${n(bx - wing * 0.35)} ${n(arch)} ${n(bx)} ${n(by)}Q${n(bx + wing * 0.35)} ${n(arch)} ${n(right)} ${n(tip)}`;
    const stroke = `stroke="${dark}" stroke-width="${n(unit * 0.005)}" stroke-linecap="round"`;
    return `<path d="${path}" fill="none" ${stroke}/>`;
  });
  return {
    large: sun + ridge(0.58, warm, 0.75) + ridge(0.7, loud, 0.85),
    small: ridge(0.82, dark, 0.92) + ridge(0.94, dark, 1) + birds.join(''),
  };
}

/** Tiles of quarter circles, discs and stripes, as the Bauhaus liked them. On whole pixels, so that no seams show. */
function tiles(lot: Lot, { x, y, width, height }: Box, colours: Palette['colours']): Art {
  const edge = Math.ceil(Math.min(width, height) / 3 / 2) * 2;
  const [across, down] = [Math.ceil(width / edge), Math.ceil(height / edge)];
  const [startX, startY] = [Math.round(x - (across * edge - width) / 2), Math.round(y - (down * edge - height) / 2)];
  let [large, small] = ['', ''];
  for (let at = 0; at < across * down; at++) {
    const [left, top] = [startX + (at % across) * edge, startY + Math.floor(at / across) * edge];
    const turn = `transform="translate(${left + edge / 2} ${top + edge / 2}) scale(${edge / 2}) rotate(${Math.floor(lot() * 4) * 90})"`;
    const [ground, figure, point] = distinct(lot, colours);
    const shape = pick(lot, [
      `<path d="M-1 -1A2 2 0 0 1 1 1L-1 1Z" fill="${figure}"/>`,
      `<path d="M-1 -1A2 2 0 0 1 1 1L-1 1Z" fill="${figure}"/>`,
      `<path d="M-1 0A1 1 0 0 1 1 0Z" fill="${figure}"/><path d="M-1 1A1 1 0 0 1 1 1Z" fill="${point}"/>`,
      `<circle r="0.72" fill="${figure}"/>`,
      `<path d="M-1 -1L1 1L-1 1Z" fill="${figure}"/>`,
      `<path d="M-1 -1H1V-0.6H-1ZM-1 -0.2H1V0.2H-1ZM-1 0.6H1V1H-1Z" fill="${figure}"/>`,
    ]);
    if (lot() < 0.82) large += `<g ${turn}><path d="M-1 -1H1V1H-1Z" fill="${ground}"/>${shape}</g>`;
    if (lot() < 0.3) small += `<g ${turn}><circle r="0.26" fill="${point}"/></g>`;
  }
  return { large, small };
}

/** Rings around a centre, with moons on them. */
function orbits(lot: Lot, { x, y, width, height }: Box, [loud, dark, warm, light]: Palette['colours']): Art {
  const unit = Math.max(width, height);
  const cx = x + width * (0.3 + lot() * 0.4);
  const cy = y + height * (0.35 + lot() * 0.35);
  const rings = 5 + Math.floor(lot() * 3);
  let [large, lines, moons] = ['', '', ''];
  for (let ring = rings; ring > 0; ring--) {
    const r = unit * 0.1 * (ring + 0.4);
    large += circle(cx, cy, r, ring % 2 === 0 ? light : warm, `opacity="${n(0.16 + 0.3 / ring)}"`);
    const angle = lot() * Math.PI * 2;
    const [mx, my] = [cx + Math.cos(angle) * r, cy + Math.sin(angle) * r];
    const size = unit * (0.012 + lot() * 0.028);
    moons += circle(mx, my, size, pick(lot, [loud, dark, light, warm]));
    lines += `<circle cx="${n(cx)}" cy="${n(cy)}" r="${n(r)}" fill="none" stroke="${dark}" stroke-opacity="0.28" stroke-width="${n(unit * 0.0022)}"/>`;
  }
  const half = unit * 0.13;
  large += circle(cx, cy, half, loud);
  large += `<path d="M${n(cx - half)} ${n(cy)}A${n(half)} ${n(half)} 0 0 0 ${n(cx + half)} ${n(cy)}Z" fill="${dark}" transform="rotate(${n(lot() * 360)} ${n(cx)} ${n(cy)})"/>`;
  return { large, small: lines + moons };
}

/** Three different ones. */
function distinct(lot: Lot, colours: Palette['colours']): [string, string, string] {
  const shuffled = colours.map((colour) => ({ colour, at: lot() })).sort((a, b) => a.at - b.at);
  const [ground = '', figure = '', point = ''] = shuffled.map(({ colour }) => colour);
  return [ground, figure, point];
}
