/** Whom a text would ping, and which of its links hide their address. */

/** One notification a message or an edit would cause. `everyone` covers @here; its id is then the channel's. */
export interface Ping {
  readonly messageId: string;
  readonly kind: 'user' | 'role' | 'everyone' | 'reply';
  readonly id: string;
  readonly byEdit: boolean;
}

export interface MaskedLink {
  readonly messageId: string;
  readonly label: string;
  readonly url: string;
}

export interface AllowedMentions {
  readonly parse?: readonly string[] | null;
  readonly users?: readonly string[] | null;
  readonly roles?: readonly string[] | null;
  readonly replied_user?: boolean | null;
}

export interface Mentionable {
  /** What may ping at all when the request says nothing about it. */
  readonly usual: 'all' | 'users only';
  readonly repliedTo?: string | undefined;
  /** Existing users here; unknown ids never ping. */
  isUser(id: string): boolean;
  /** Roles the bot may ping here. */
  isPingableRole(id: string): boolean;
  readonly mayPingEveryone: boolean;
}

export interface Mentioned {
  readonly users: string[];
  readonly roles: string[];
  readonly everyone: boolean;
  readonly pings: { kind: Ping['kind']; id: string }[];
}

/**
 * Source: docs.discord.com, "Message", allowed mentions object, read 2026-11.
 * Mentions inside code count as well: nothing in the documentation says they don't.
 */
export function mentioned(text: string, allowed: AllowedMentions | null | undefined, scene: Mentionable): Mentioned {
  const parse = allowed ? (allowed.parse ?? []) : scene.usual === 'all' ? ['users', 'roles', 'everyone'] : ['users'];
  const ids = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))];
  const pick = (found: string[], kind: 'users' | 'roles') =>
    parse.includes(kind) ? found : found.filter((id) => allowed?.[kind]?.includes(id));
  const users = pick(ids(/<@!?(\d{17,20})>/g), 'users').filter((id) => scene.isUser(id));
  const roles = pick(ids(/<@&(\d{17,20})>/g), 'roles').filter((id) => scene.isPingableRole(id));
  const everyone = parse.includes('everyone') && scene.mayPingEveryone && /@(everyone|here)\b/.test(text);
  const pings: Mentioned['pings'] = [
    ...users.map((id) => ({ kind: 'user' as const, id })),
    ...roles.map((id) => ({ kind: 'role' as const, id })),
  ];
  if (everyone) pings.push({ kind: 'everyone', id: '' });
  const pingsReplied = allowed ? allowed.replied_user === true : scene.usual === 'all';
  if (scene.repliedTo && pingsReplied) {
    if (!users.includes(scene.repliedTo)) users.push(scene.repliedTo);
    pings.push({ kind: 'reply', id: scene.repliedTo });
  }
  return { users, roles, everyone, pings };
}

const masked = /\[((?:\[[^\]]*\]|[^[\]]|\](?=[^[]*\]))*)\]\(\s*<?((?:[^\s\\)]|\\.)+?)>?(?:\s+['"][\s\S]*?['"])?\s*\)/y;

/**
 * The `[label](url)` a reader would see as `label` only: not those behind a backslash or inside code.
 * Source: docs.discord.com, "API Reference", message formatting; the pattern follows the client's Markdown.
 */
export function maskedLinks(text: string): { label: string; url: string }[] {
  const found: { label: string; url: string }[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '\\') at += 2;
    else if (character === '`') at = afterCode(text, at);
    else if (character === '[') {
      masked.lastIndex = at;
      const match = masked.exec(text);
      const [whole = '', label = '', url = ''] = match ?? [];
      if (match && /^(https?|discord):\/\//i.test(url)) found.push({ label, url });
      at += match ? whole.length : 1;
    } else at += 1;
  }
  return found;
}

/** Where the code span or block that starts at `at` ends; past the backticks if it never closes. */
function afterCode(text: string, at: number): number {
  let run = at;
  while (text[run] === '`') run += 1;
  const fence = text.slice(at, run);
  let close = text.indexOf(fence, run);
  while (close !== -1) {
    let end = close + fence.length;
    if (text[end] !== '`') return end;
    while (text[end] === '`') end += 1;
    close = text.indexOf(fence, end);
  }
  return run;
}
