import type { types } from '@slack/bolt';
import type { Button, Card } from '../../domain/card.ts';
import { clip, type Text } from '../../domain/text.ts';
import type { Naming } from './naming.ts';
import { byLoudness, clean, joined, type Line, linesOf, type Piece } from './pieces.ts';

type Block = types.KnownBlock;

/** One message: blocks for the eye, escaped `text` for notifications and screen readers. */
export interface Words {
  readonly text: string;
  readonly blocks: Block[];
}

const charactersMax = 9_000;
const quietCharactersMax = 2_000;
/** `chat.update` refuses more than 4,000. Source: docs.slack.dev, "chat.update", read 2026-11. */
const fallbackCharactersMax = 3_900;
const textBlocksMax = 40;

/**
 * Every bare string becomes a rich_text or plain_text element, in which Slack reads no markup at all. Lines that are
 * quiet from end to end become small grey ones.
 * Source: docs.slack.dev, "Rich text block" and "Formatting message text", read 2026-11.
 */
export function words(text: Text, naming: Naming): Words {
  const lines = linesOf(text, charactersMax);
  const groups = byLoudness(lines);
  const blocks =
    groups.length > textBlocksMax
      ? richText(lines, naming)
      : groups.flatMap((group) => (group.quiet ? small(group.lines) : richText(group.lines, naming)));
  return { text: notification(lines, naming), blocks };
}

/** @param preview id of a processed file */
export function cardWords(card: Card, naming: Naming, preview: string | undefined): Words {
  const { text, blocks } = words(card.text, naming);
  const bar = card.bar === undefined || Number.isNaN(card.bar) ? [] : richText([[barOf(card.bar)]], naming);
  const alt = clip(clean(card.preview?.alt ?? ''), 1_900) || 'A preview';
  const image: Block[] = preview ? [{ type: 'image', slack_file: { id: preview }, alt_text: alt }] : [];
  return { text, blocks: [...blocks, ...bar, ...image, ...buttonRow(card.buttons)] };
}

/** Slack has no disabled buttons, so those are left out. */
export function buttonRow(buttons: readonly Button[]): Block[] {
  const elements = buttons
    .filter(({ disabled }) => !disabled)
    .map(({ action, job, label }) => ({
      type: 'button' as const,
      action_id: `easel:${action}`,
      value: job,
      text: { type: 'plain_text' as const, text: clip(clean(label), 75), emoji: false },
    }));
  return elements.length > 0 ? [{ type: 'actions', elements }] : [];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The only three characters that mean more to Slack than looks. */
const escaped = (character: string): string => entities[character] ?? character;

function barOf(bar: number): Piece {
  const share = Math.min(1, Math.max(0, bar));
  const filled = Math.round(share * 10);
  return { text: `${'▓'.repeat(filled)}${'░'.repeat(10 - filled)} ${Math.round(share * 100)} %`, style: 'plain' };
}

function small(lines: readonly Line[]): Block[] {
  const text = joined(lines)
    .map((piece) => ('text' in piece ? piece.text : ''))
    .join('');
  if (!text.trim()) return [];
  return [{ type: 'context', elements: [{ type: 'plain_text', text: clip(text, quietCharactersMax), emoji: false }] }];
}

/** None when there is nothing to see, which Slack would refuse. */
function richText(lines: readonly Line[], naming: Naming): Block[] {
  const elements = joined(lines).map((piece) => richElement(piece, naming));
  const visible = elements.some((one) => one.type === 'user' || one.text.trim());
  return visible ? [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }] : [];
}

function richElement(piece: Piece, naming: Naming): types.RichTextUserMention | types.RichTextText {
  if ('person' in piece) {
    const name = naming(piece.person);
    return 'mention' in name ? { type: 'user', user_id: name.mention } : { type: 'text', text: clean(name.shown) };
  }
  const { text, style } = piece;
  if (style === 'bold' || style === 'code') return { type: 'text', text, style: { [style]: true } };
  return { type: 'text', text };
}

/** Never cut inside of an entity or a mention, which would change what the rest means. */
function notification(lines: readonly Line[], naming: Naming): string {
  let text = '';
  for (const piece of joined(lines)) {
    for (const part of notificationParts(piece, naming)) {
      if (text.length + part.length >= fallbackCharactersMax) return `${text}…`;
      text += part;
    }
  }
  return text.trim() ? text : '…';
}

function notificationParts(piece: Piece, naming: Naming): string[] {
  if ('text' in piece) return Array.from(piece.text, escaped);
  const name = naming(piece.person);
  return 'mention' in name ? [`<@${name.mention}>`] : Array.from(clean(name.shown), escaped);
}
