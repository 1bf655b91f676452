import type { ImageRequest } from '../domain/image.ts';
import { composition, lotOf, palette } from './sketch-art.ts';
import { cardAround, footer, heading, layout, n, paper, rect, seedOf } from './sketch-page.ts';
import type { Box } from './sketch-text.ts';

/**
 * What a sketch draws over a picture to change it, as layers of SVG like `sketchLayers`: a tinted veil, a light
 * composition in a frame, and a caption. All of it stays inside `box`.
 */
export function changeLayers(request: ImageRequest, index: number, box: Box): readonly string[] {
  const { width, height } = box;
  const lot = lotOf(seedOf(request.prompt, index, ...request.inputs.map(({ blob }) => blob)));
  const colours = palette(lot);
  const [loud, dark, warm, light] = colours.colours;
  const { print, caption, unit } = layout(width, height);
  const art = composition(lot, print, colours);
  const round = `rx="${n(unit * 1.6)}"`;
  const placed = (content: string, opacity = 1) =>
    `<g transform="translate(${n(box.x)} ${n(box.y)})" opacity="${opacity}">${content}</g>`;
  const framed = (content: string) => `<g clip-path="url(#print)">${content}</g>`;

  const definitions = `<defs>
    <linearGradient id="veil" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${warm}"/><stop offset="1" stop-color="${loud}"/></linearGradient>
    <clipPath id="print">${rect(print, '#000', round)}</clipPath></defs>`;
  const veil = rect({ x: 0, y: 0, width, height }, 'url(#veil)', 'opacity="0.36"');
  const border = rect({ x: 0, y: 0, width, height }, 'none', `stroke="${dark}" stroke-width="${n(unit * 1.6)}"`);
  const frame = rect(print, 'none', `${round} stroke="${light}" stroke-width="${n(unit)}"`);
  return [
    definitions + placed(veil),
    placed(framed(art.large), 0.34),
    placed(framed(art.small), 0.85) + placed(border + frame),
    placed(rect(cardAround(caption, unit), paper, round) + heading(request, caption, unit)),
    placed(footer(request, index, caption, unit, loud)),
  ];
}
