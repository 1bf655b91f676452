/** What a message text does once Slack has read it: whom it pings, what it links, and what a person sees. */
import { isRecord } from './shape.ts';

export type PingKind = 'channel' | 'here' | 'everyone' | 'user' | 'usergroup';

export interface Found {
  readonly pings: { kind: PingKind; id: string }[];
  /** Links whose target and label were written as markup: the ones that can lie. */
  readonly links: { url: string; text: string }[];
  /** Plain addresses that Slack turns into links by itself. */
  readonly autolinks: string[];
}

/** Who can be meant by a bare `@name`. */
export interface Names {
  userNamed(name: string): string | undefined;
  usergroupNamed(name: string): string | undefined;
  showUser(id: string): string;
  showChannel(id: string): string;
}

export interface Reading {
  /** Bare `@here`, `@name` and so on become mentions. */
  readonly bareNames: boolean;
  readonly autolink: boolean;
}

const token = /<([^<>\n]+)>/g;
const bareName = /(?<![\w@&;/.])@([a-z0-9][a-z0-9._-]*)/gi;
const domain = '(?:[a-z0-9-]+\\.)+(?:com|org|net|io|dev|app|co|ai|de|uk|eu|info|biz|me|xyz|example)';
const address = new RegExp(
  String.raw`(?<![\w@.])(?:https?:\/\/[^\s<>|]+|${domain}(?![\w.-]*@)(?:\/[^\s<>|]*)?)(?![\w@])`,
  'gi',
);
const broadcasts: Readonly<Record<string, PingKind>> = {
  channel: 'channel',
  group: 'channel',
  here: 'here',
  everyone: 'everyone',
};

/** One text in Slack's markup. Source: docs.slack.dev, "Formatting message text", read 2026-11. */
export function readMrkdwn(source: string, reading: Reading, names: Names, found: Found): void {
  for (const [, inner = ''] of source.matchAll(token)) {
    const [target = '', label] = split(inner);
    if (target.startsWith('!subteam^')) found.pings.push({ kind: 'usergroup', id: target.slice(9) });
    else if (target.startsWith('!date^')) {
      const link = target.split('^')[3];
      if (link) found.links.push({ url: link, text: label ?? link });
    } else if (target.startsWith('!')) {
      const kind = broadcasts[target.slice(1)];
      if (kind) found.pings.push({ kind, id: kind });
    } else if (/^@[UW]/.test(target)) found.pings.push({ kind: 'user', id: target.slice(1) });
    else if (/^[a-z][a-z0-9+.-]*:/i.test(target)) found.links.push({ url: target, text: label ?? target });
  }
  const bare = source.replace(token, ' ');
  if (reading.bareNames) readBareNames(bare, names, found);
  if (reading.autolink) for (const [url] of bare.matchAll(address)) found.autolinks.push(url);
}

function readBareNames(bare: string, names: Names, found: Found): void {
  for (const [, typed = ''] of bare.matchAll(bareName)) {
    const name = typed.replace(/[.-]+$/, '').toLowerCase();
    const kind = broadcasts[name];
    const user = names.userNamed(name);
    const group = names.usergroupNamed(name);
    if (kind) found.pings.push({ kind, id: kind });
    else if (user) found.pings.push({ kind: 'user', id: user });
    else if (group) found.pings.push({ kind: 'usergroup', id: group });
  }
}

function split(inner: string): [string, string | undefined] {
  const bar = inner.indexOf('|');
  return bar < 0 ? [inner, undefined] : [inner.slice(0, bar), inner.slice(bar + 1)];
}

/**
 * Everything in blocks that is not plain text. A mrkdwn object without `verbatim: true` is pre-processed by Slack
 * ("URLs … links, conversation names will be link-ified, and certain mentions will be automatically parsed"), and so is
 * a markdown block; since the documentation does not say which mentions, all bare ones count.
 * Source: docs.slack.dev, "Text object", read 2026-11.
 */
export function readBlocks(blocks: unknown, names: Names, found: Found): void {
  if (Array.isArray(blocks)) {
    for (const one of blocks) readBlocks(one, names, found);
    return;
  }
  if (!isRecord(blocks)) return;
  const { type, text } = blocks;
  const loose = { bareNames: blocks.verbatim !== true, autolink: blocks.verbatim !== true };
  if (type === 'plain_text' || type === 'raw_text') return;
  if (type === 'mrkdwn' && typeof text === 'string') {
    readMrkdwn(text, loose, names, found);
    return;
  }
  if (type === 'markdown' && typeof text === 'string') {
    for (const [, label = '', url = ''] of text.matchAll(/\[([^\]]*)\]\(([^)\s]+)[^)]*\)/g))
      found.links.push({ url, text: label });
    readMrkdwn(text.replace(/\]\([^)]*\)/g, '] '), loose, names, found);
    return;
  }
  if (type === 'user') found.pings.push({ kind: 'user', id: String(blocks.user_id) });
  if (type === 'usergroup') found.pings.push({ kind: 'usergroup', id: String(blocks.usergroup_id) });
  if (type === 'broadcast') found.pings.push({ kind: blocks.range as PingKind, id: String(blocks.range) });
  if (type === 'link') found.links.push({ url: String(blocks.url), text: String(text ?? blocks.url) });
  for (const value of Object.values(blocks)) if (typeof value === 'object') readBlocks(value, names, found);
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** The text as the client shows it; formatting marks stay as they are. */
export function shown(source: string, names: Names): string {
  const pieces: string[] = [];
  let from = 0;
  for (const match of source.matchAll(token)) {
    pieces.push(unescaped(source.slice(from, match.index)));
    from = match.index + match[0].length;
    const [target, label] = split(match[1] ?? '');
    if (/^@[UW]/.test(target)) pieces.push(`@${names.showUser(target.slice(1))}`);
    else if (/^#C/.test(target)) pieces.push(`#${names.showChannel(target.slice(1))}`);
    else if (/^![a-z]+$/.test(target)) pieces.push(`@${target.slice(1)}`);
    else if (label !== undefined)
      pieces.push(target.startsWith('!') ? unescaped(label) : `[${unescaped(label)}](${target})`);
    else pieces.push(unescaped(target));
  }
  pieces.push(unescaped(source.slice(from)));
  return pieces.join('');
}

/** In what a person types: `[label](address)`, an address, a mail address, and a domain. */
const inAddress = String.raw`[^\s<>|"]*[^\s<>|".,;:!?'()\]]`;
const typedLink = new RegExp(
  [
    String.raw`\[(?<label>[^\[\]<>|\n]+)\]\((?<labelled>https?:\/\/[^\s<>|"()]+)\)`,
    String.raw`(?<![\w@/.])(?<plain>https?:\/\/${inAddress})`,
    String.raw`(?<![\w.+/:@-])(?<mail>[\w.+-]+@${domain})(?![\w@.-]*\w)`,
    String.raw`(?<![\w@/.&;-])(?<bare>${domain}(?![\w@-])(?:\/(?:${inAddress})?)?)`,
  ].join('|'),
  'gi',
);

/** A link keeps its address, and has a label where people saw something else. Source: docs.slack.dev, "Formatting message text", read 2026-11. */
function link(groups: Readonly<Record<string, string | undefined>>): string {
  const { label, labelled, plain, mail, bare } = groups;
  if (labelled) return `<${labelled}|${label}>`;
  if (mail) return `<mailto:${mail}|${mail}>`;
  return bare ? `<http://${bare}|${bare}>` : `<${plain}>`;
}

/**
 * What a person typed, as it is sent: control characters escaped, and with `entities` users, channels, broadcasts and
 * links as Slack writes them. `labels` adds the readable name, which slash commands have and messages don't.
 */
export function typed(
  text: string,
  how: { entities: boolean; labels: boolean },
  find: {
    user(name: string): string | undefined;
    usergroup(name: string): string | undefined;
    channel(name: string): { id: string; name: string } | undefined;
  },
): string {
  const safe = escaped(text);
  if (!how.entities) return safe;
  return safe
    .replace(typedLink, (...matched) => link(matched.at(-1)))
    .replace(/(?<![\w@&;/.<])@([a-z0-9][a-z0-9._-]*)/gi, (whole, name: string) => {
      if (Object.hasOwn(broadcasts, name) && name !== 'group') return `<!${name}>`;
      const group = find.usergroup(name.toLowerCase());
      if (group) return `<!subteam^${group}${how.labels ? `|@${name}` : ''}>`;
      const id = find.user(name.toLowerCase());
      return id ? `<@${id}${how.labels ? `|${name}` : ''}>` : whole;
    })
    .replace(/(?<![\w&;#/<])#([a-z0-9][a-z0-9_-]*)/gi, (whole, name: string) => {
      const channel = find.channel(name.toLowerCase());
      return channel ? `<#${channel.id}|${channel.name}>` : whole;
    });
}
