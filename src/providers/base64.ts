/**
 * Decodes base64, also as a `data:` URL or with line breaks. Undefined when it was cut off inside a letter group or
 * holds anything else: Node skips what it does not know, so that only the length tells.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const letters = text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text;
  const bytes = Buffer.from(letters, 'base64');
  if (bytes.length === bytesIn(letters)) return bytes;
  return bytes.length === bytesIn(letters.replaceAll(/\s+/g, '')) ? bytes : undefined;
}

/** Undefined for a length that no encoder makes. */
function bytesIn(letters: string): number | undefined {
  const padding = letters.endsWith('==') ? 2 : Number(letters.endsWith('='));
  const count = letters.length - padding;
  return count % 4 === 1 ? undefined : Math.floor((count * 3) / 4);
}
