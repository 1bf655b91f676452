/** A channel as a person reads it: messages, threads, pictures with their alt texts, buttons. */
import { shown } from './mrkdwn.ts';
import { isRecord, type Json } from './shape.ts';
import type { FakeMessage, Workspace } from './workspace.ts';

export function transcript(workspace: Workspace, channelId: string): string {
  const channel = workspace.channelFor(channelId);
  const all = workspace.messages.get(channel.id) ?? [];
  const threads = new Map<string, FakeMessage[]>();
  for (const one of all) if (one.threadTs) threads.set(one.threadTs, [...(threads.get(one.threadTs) ?? []), one]);
  const lines = [`#${channel.name}`];
  for (const one of all.filter((message) => !message.threadTs)) {
    const replies = threads.get(one.ts) ?? [];
    if (one.deleted && replies.length === 0) continue;
    lines.push(...said(workspace, one));
    for (const reply of replies) if (!reply.deleted) lines.push(...said(workspace, reply).map((line) => `    ${line}`));
  }
  return lines.join('\n');
}

function said(workspace: Workspace, message: FakeMessage): string[] {
  const { names } = workspace;
  const who = `@${names.showUser(message.user)}`;
  if (message.deleted) return [`${who}: (This message was deleted.)`];
  const only = message.visibleTo ? ` (only visible to @${names.showUser(message.visibleTo)})` : '';
  const edited = message.editedTs ? ' (edited)' : '';
  const body =
    message.blocks.length > 0
      ? message.blocks.flatMap((block) => showBlock(workspace, block))
      : shown(message.text, names).split('\n');
  const files = message.files.map((id) => {
    const file = workspace.files.get(id);
    if (!file || file.state === 'deleted') return '[This file was deleted.]';
    return `[${file.mimetype} "${file.title}" ${file.length} bytes${file.altText ? `, alt "${file.altText}"` : ', no alt text'}]`;
  });
  const [first = '', ...rest] = [...body.filter((line) => line !== ''), ...files];
  return [`${who}${only}${edited}: ${first}`, ...rest.map((line) => `  ${line}`)];
}

function showBlock(workspace: Workspace, block: unknown): string[] {
  if (!isRecord(block)) return [];
  const show = (value: unknown) => inline(workspace, value);
  switch (block.type) {
    case 'divider':
      return ['---'];
    case 'header':
      return [`# ${show(block.text)}`];
    case 'image':
      return [`[image "${block.alt_text}"${block.title ? ` titled "${show(block.title)}"` : ''}]`];
    case 'markdown':
      return String(block.text).split('\n');
    case 'section':
      return [
        ...show(block.text).split('\n'),
        ...((block.fields as Json[] | undefined) ?? []).map(show),
        ...(block.accessory ? [show(block.accessory)] : []),
      ];
    case 'context':
    case 'actions':
    case 'context_actions':
      return [(block.elements as Json[]).map(show).join(' ')];
    case 'rich_text':
      return (block.elements as Json[]).map(show).join('\n').split('\n');
    case 'table':
    case 'data_table':
      return (block.rows as Json[][]).map((row) => row.map(show).join(' | '));
    case 'carousel':
      return (block.elements as Json[]).flatMap((card) => showBlock(workspace, card));
    case 'container':
      return [show(block.title), ...(block.child_blocks as Json[]).flatMap((child) => showBlock(workspace, child))];
    case 'plan':
      return [
        String(block.title),
        ...((block.tasks as Json[] | undefined) ?? []).flatMap((task) => showBlock(workspace, task)),
      ];
    case 'task_card':
      return [`(${block.status}) ${block.title}`];
    case 'card': {
      const { hero_image, title, subtitle, body, actions } = block;
      const parts = [hero_image, title, subtitle, body].map(show);
      return [...parts.filter(Boolean), ...((actions as Json[] | undefined) ?? []).map(show)];
    }
    default:
      return [`[${block.type}]`];
  }
}

function inline(workspace: Workspace, value: unknown): string {
  if (!isRecord(value)) return '';
  const { names } = workspace;
  switch (value.type) {
    case 'mrkdwn':
      return shown(String(value.text), names);
    case 'plain_text':
    case 'raw_text':
    case 'raw_number':
    case 'text':
      return String(value.text);
    case 'button':
      return `[${inline(workspace, value.text)}]`;
    case 'image':
      return `[image "${value.alt_text}"]`;
    case 'user':
      return `@${names.showUser(String(value.user_id))}`;
    case 'channel':
      return `#${names.showChannel(String(value.channel_id))}`;
    case 'broadcast':
      return `@${value.range}`;
    case 'usergroup':
      return `@${value.usergroup_id}`;
    case 'emoji':
      return `:${value.name}:`;
    case 'link':
      return value.text ? `[${value.text}](${value.url})` : String(value.url);
    default:
      return Array.isArray(value.elements)
        ? value.elements.map((one) => inline(workspace, one)).join(value.type === 'rich_text_list' ? '\n' : '')
        : `[${value.type}]`;
  }
}
