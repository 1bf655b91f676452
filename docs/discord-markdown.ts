/** The part of Discord's Markdown that Easel writes, as HTML: bold, code, small print, mentions, escaped marks. */

const html: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"]/g, (mark) => html[mark] ?? mark);

/** @param nameOf who an id in a mention is */
export function discordHtml(content: string, nameOf: (id: string) => string): string {
  return content
    .split('\n')
    .map((line) =>
      line.startsWith('-# ')
        ? `<p class="quiet">${inline(line.slice(3), nameOf)}</p>`
        : `<p>${inline(line, nameOf)}</p>`,
    )
    .join('');
}

const token = /\\([^\w\s])|\*\*(.+?)\*\*|`([^`]+)`|<@!?(\d+)>/gs;

function inline(text: string, nameOf: (id: string) => string): string {
  let out = '';
  let at = 0;
  for (const match of text.matchAll(token)) {
    const [whole, mark, bold, code, person] = match;
    out += escapeHtml(text.slice(at, match.index));
    if (mark) out += escapeHtml(mark);
    else if (bold) out += `<b>${inline(bold, nameOf)}</b>`;
    else if (code) out += `<code>${escapeHtml(code)}</code>`;
    else if (person) out += `<span class="mention">@${escapeHtml(nameOf(person))}</span>`;
    at = match.index + whole.length;
  }
  return out + escapeHtml(text.slice(at));
}
