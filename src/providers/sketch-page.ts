import { createHash } from 'node:crypto';
import { type ImageRequest, type Size, sizeText } from '../domain/image.ts';
import { shippedFont } from './shipped-font.ts';
import { composition, lotOf, palette, pick } from './sketch-art.ts';
import { type Box, escapeXml, lineHeight, setText, widthOf } from './sketch-text.ts';

/** The page a sketch is drawn on: a print with a caption, like on a gallery's wall. */

/** What every sketch says about itself. */
export const placeholderLabel = 'placeholder – no image service is set up';

export const paper = '#faf7f0';
const ink = '#23222a';
const quiet = '#77727c';

/** The layers of picture `index` of a request, as SVG, from the ground up: each step adds one. */
export function sketchLayers(request: ImageRequest, index: number): readonly string[] {
  const { width, height } = request.size;
  const lot = lotOf(seedOf(request.prompt, index));
  const colours = palette(lot);
  const isClear = request.background === 'transparent';
  const { print, caption, unit } = layout(width, height);
  const art = composition(lot, print, colours);
  const round = n(unit * 1.6);
  const frame = (content: string) => `<g clip-path="url(#print)">${content}</g>`;
  const angle = pick(lot, ['x2="0" y2="1"', 'x2="1" y2="1"', 'x2="0.5" y2="1"']);

  const ground = isClear
    ? rect(cardAround(caption, unit), paper, `rx="${round}"`)
    : rect({ x: 0, y: 0, width, height }, paper) + rect(print, 'url(#sky)', `rx="${round}"`);
  const definitions = `<defs>
    <linearGradient id="sky" x1="0" y1="0" ${angle}><stop offset="0" stop-color="${colours.sky[0]}"/><stop offset="1" stop-color="${colours.sky[1]}"/></linearGradient>
    <clipPath id="print">${rect(print, '#000', `rx="${round}"`)}</clipPath></defs>`;
  return [
    definitions + ground,
    frame(art.large),
    frame(art.small),
    heading(request, caption, unit),
    footer(request, index, caption, unit, colours.colours[0]),
  ];
}

/** The same parts make the same seed. */
export const seedOf = (...parts: readonly (string | number)[]): number =>
  createHash('sha256').update(parts.join('\n')).digest().readInt32BE(0);

/** The same shape with a longer edge of at most `edgeMax`. */
export function scaled({ width, height }: Size, edgeMax = Infinity): Size {
  const scale = Math.min(1, edgeMax / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** A whole SVG of some layers. `edgeMax` makes it smaller, never larger. */
export function svgOf(layers: readonly string[], { width, height }: Size, edgeMax?: number): Buffer {
  const { width: w, height: h } = scaled({ width, height }, edgeMax);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${width} ${height}" font-family="${shippedFont}">${layers.join('')}</svg>`,
  );
}

/** Wide pages have the caption on the left, all others below. */
export function layout(width: number, height: number): { print: Box; caption: Box; unit: number } {
  const unit = Math.min(width, height) / 100;
  const margin = unit * 5;
  const inner = { width: width - 2 * margin, height: height - 2 * margin };
  if (width > height * 1.25) {
    const column = Math.min(inner.width * 0.36, height * 0.7);
    return {
      unit,
      print: { x: margin + column + margin, y: margin, width: inner.width - column - margin, height: inner.height },
      caption: { x: margin, y: margin, width: column, height: inner.height },
    };
  }
  const band = Math.min(inner.height * 0.34, width * 0.36);
  return {
    unit,
    print: { x: margin, y: margin, width: inner.width, height: inner.height - band - margin * 0.8 },
    caption: { x: margin, y: height - margin - band, width: inner.width, height: band },
  };
}

const footerUnits = 7.4;

export function heading({ words, prompt }: ImageRequest, caption: Box, unit: number): string {
  const box = { ...caption, height: caption.height - footerUnits * unit };
  const { lines, fontSize } = setText(words.trim() || prompt, box, unit * 9.6, unit * 2.8);
  const rows = lines.map((line, at) => {
    const baseline = box.y + fontSize * (0.86 + at * lineHeight);
    return `<text x="${n(box.x)}" y="${n(baseline)}">${escapeXml(line)}</text>`;
  });
  return `<g fill="${ink}" font-size="${n(fontSize)}" font-weight="700" font-stretch="condensed">${rows.join('')}</g>`;
}

/** Set as large as its longer line allows: the label must be legible, whole, on every shape. */
export function footer(request: ImageRequest, index: number, caption: Box, unit: number, accent: string): string {
  const of = request.count > 1 ? ` · ${index + 1} of ${request.count}` : '';
  const facts = `${request.task === 'edit' ? 'edit · ' : ''}${request.model} · ${request.quality} · ${sizeText(request.size).replace('x', ' × ')}${of}`;
  const ems = Math.max(widthOf(placeholderLabel) + 1.1, widthOf(facts));
  const fontSize = Math.min(unit * 2.3, caption.width / ems);
  const bottom = caption.y + caption.height - fontSize * 0.3;
  const dot = fontSize * 0.34;
  const text = (y: number, fill: string, words: string, x = caption.x) =>
    `<text x="${n(x)}" y="${n(y)}" fill="${fill}" font-size="${n(fontSize)}">${escapeXml(words)}</text>`;
  return (
    `<circle cx="${n(caption.x + dot)}" cy="${n(bottom - fontSize * 1.5 - dot)}" r="${n(dot)}" fill="${accent}"/>` +
    text(bottom - fontSize * 1.5, ink, placeholderLabel, caption.x + fontSize * 1.1) +
    text(bottom, quiet, facts)
  );
}

export function cardAround({ x, y, width, height }: Box, unit: number): Box {
  const pad = unit * 2.5;
  return { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad };
}

export const rect = ({ x, y, width, height }: Box, fill: string, more = ''): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}" ${more}/>`;

export const n = (value: number): string => value.toFixed(1);
