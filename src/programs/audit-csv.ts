import type { Field } from './audit-fields.ts';

/** Lines end like this, also the last one. Source: RFC 4180 §2, read 2026-11. */
const lineEnd = '\r\n';

/** One record of CSV. */
export const csvLine = (fields: readonly Field[]): string => `${fields.map(csvField).join(',')}${lineEnd}`;

function csvField(field: Field): string {
  if (field === undefined) return '';
  if (typeof field === 'boolean') return field ? 'yes' : 'no';
  if (typeof field === 'number') return String(field);
  const text = harmless(field);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Text that a spreadsheet would take for a formula, in whatever width it is typed, gets an apostrophe in front, which
 * makes it text. Names of people and ids of services are other people's words.
 * Source: OWASP, "CSV Injection", read 2026-11.
 */
const harmless = (text: string): string => (/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text);
