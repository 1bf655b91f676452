import { createHash, randomBytes } from 'node:crypto';
import {
  type APIAttachment,
  type APIMessage,
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type RESTPostAPIChannelMessageJSONBody as PostJson,
} from 'discord.js';
import { type Button, type ButtonAction, buttonActions, type Card, type Result } from '../../domain/card.ts';
import type { ImageFormat } from '../../domain/image.ts';
import type { JobId } from '../../domain/job.ts';
import { clip, lines, type Text } from '../../domain/text.ts';
import { bar, render } from './render.ts';
import type { Upload, UploadedFile } from './upload.ts';

/** The bodies of Easel's messages. Source: docs.discord.com, "Message" and "Component Reference", read 2026-11. */

const labelMost = 80;
const altMost = 1024;
const buttonsPerRowMost = 5;
const previewName = 'preview';

/** Nobody is pinged but the asker, not even by an edit: without this, Discord pings whomever a text names. */
const mentions = (asker?: string) => ({ parse: [], users: asker ? [asker] : [], replied_user: false });

/** Words without buttons. No address in them grows a preview. */
export const words = (text: Text, asker?: string) => contentOf(render(text), asker);

export const contentOf = (content: string, asker?: string) => ({
  content,
  allowed_mentions: mentions(asker),
  flags: MessageFlags.SuppressEmbeds,
});

/** A reply that pings whom it answers, and nobody else. */
export const pingingReply = (content: string) => ({
  ...contentOf(content),
  allowed_mentions: { parse: [], users: [], replied_user: true },
});

/** Posting the same nonce again within minutes gives the first message back and posts nothing. */
export const once = (job: JobId, role: Role, channel: string): Pick<PostJson, 'nonce' | 'enforce_nonce'> => ({
  nonce: nonceOf(job, role, channel),
  enforce_nonce: true,
});

/** For messages that nobody posts again on purpose: only discord.js repeats them, when an answer is lost. */
export const onceAnyhow = (): Pick<PostJson, 'nonce' | 'enforce_nonce'> => ({
  nonce: randomBytes(15).toString('base64url'),
  enforce_nonce: true,
});

type Role = 'root' | 'card' | 'result';

export const nonceOf = (job: JobId, role: Role, channel: string): string =>
  createHash('sha256').update(`${job} ${role} ${channel}`).digest('base64url').slice(0, 25);

export function cardMessage(card: Card, asker: string | undefined): Upload<PostJson> {
  const { body, files } = cardEdit(card, asker, card.preview !== undefined);
  return { body: { ...body, flags: MessageFlags.SuppressEmbeds }, files };
}

/** @param preview false where the message keeps the preview it has: what an edit leaves out stays */
export function cardEdit(card: Card, asker: string | undefined, preview: boolean): Upload<CardJson> {
  const text = card.bar === undefined ? card.text : lines(card.text, bar(card.bar));
  const body = { content: render(text), allowed_mentions: mentions(asker), components: rows(card.buttons) };
  if (!preview) return { body, files: [] };
  if (!card.preview) return { body: { ...body, attachments: [] }, files: [] };
  const name = `${previewName}.${card.preview.format}`;
  return { body: { ...body, attachments: [attachment(0, name, card.preview.alt)] }, files: [file(name, card.preview)] };
}

/** True for the small picture that a card shows. */
export const isPreview = ({ filename }: APIAttachment): boolean => filename.startsWith(`${previewName}.`);

type CardJson = Pick<PostJson, 'content' | 'allowed_mentions' | 'components' | 'attachments'>;

export function resultMessage({ text, pictures, buttons }: Result, asker: string | undefined): Upload<PostJson> {
  return {
    body: {
      ...words(text, asker),
      components: rows(buttons),
      attachments: pictures.map(({ fileName, alt }, at) => attachment(at, fileName, alt)),
    },
    files: pictures.map((picture) => file(picture.fileName, picture)),
  };
}

const attachment = (id: number, filename: string, alt: string) => ({
  id,
  filename,
  description: clip(alt.toWellFormed(), altMost),
});

const file = (name: string, { bytes, format }: { bytes: Uint8Array; format: ImageFormat }): UploadedFile => ({
  name,
  bytes,
  type: `image/${format}`,
});

/** Rows of about the same length: six buttons are twice three, so that none stands alone. */
function rows(buttons: readonly Button[]) {
  const count = Math.ceil(buttons.length / buttonsPerRowMost);
  const perRow = Math.ceil(buttons.length / count);
  return Array.from({ length: count }, (_, row) => ({
    type: ComponentType.ActionRow as const,
    components: buttons.slice(row * perRow, (row + 1) * perRow).map((button) => ({
      type: ComponentType.Button as const,
      style: button.action === 'delete' ? (ButtonStyle.Danger as const) : (ButtonStyle.Secondary as const),
      label: clip(button.label, labelMost),
      custom_id: `${button.action}:${button.job}`,
      disabled: button.disabled,
    })),
  }));
}

/** What a button's custom id says; undefined when it is none of Easel's. */
export function readCustomId(customId: string): { button: ButtonAction; job: JobId } | undefined {
  const [, name, job] = /^([a-z]+):([A-Za-z0-9_-]{3,64})$/.exec(customId) ?? [];
  const button = buttonActions.find((action) => action === name);
  return button && job ? { button, job: job as JobId } : undefined;
}

/** The actions that a message offers for this job. */
export function actionsFor(job: JobId, { components = [] }: APIMessage): ButtonAction[] {
  const buttons = components.flatMap((row) => (row.type === ComponentType.ActionRow ? row.components : []));
  return buttons.flatMap((button) => {
    const read = 'custom_id' in button ? readCustomId(button.custom_id) : undefined;
    return read?.job === job ? [read.button] : [];
  });
}
