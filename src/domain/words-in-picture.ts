import type { Refusal } from './refusal.ts';

const places = [
  'top-left',
  'top-right',
  'bottom-left',
  'bottom-right',
  'top',
  'bottom',
  'left',
  'right',
  'center',
] as const;

/**
 * Turns `top: OPEN LATE | bottom: since 1999` into the sentence that asks a model for exactly these words. A part
 * without a place may stand anywhere.
 */
export function wordsInPicture(text: string): { readonly sentence: string } | Refusal {
  const read = text.split('|').map((part) => readPart(part.trim()));
  if (read.some(({ words }) => words === '')) {
    return {
      refused: 'unclear',
      what: 'A part of text: has no words in it.',
      hint: 'Write it like text:"top: OPEN LATE | bottom: since 1999".',
    };
  }
  const listed = read.map(({ place, words }) => `“${words}”${place ? ` at the ${place.replace('-', ' ')}` : ''}`);
  return {
    sentence: `The picture shows exactly this text, spelled as it stands: ${listed.join('; ')}. It shows no other text.`,
  };
}

function readPart(part: string): { place: string | undefined; words: string } {
  const place = places.find((name) => part.toLowerCase().startsWith(`${name}:`));
  const words = place ? part.slice(place.length + 1) : part;
  return { place, words: words.replaceAll(/[“”"]/g, '').trim() };
}
