/** Channels as a person sees them, in plain text: for looking at, and for the message of a test that waited in vain. */
import { everyComponent, flag } from './validate.ts';
import type { Channel, Message, World } from './world.ts';

export function transcript(world: World, channel: Channel, depth = 0): string {
  const margin = '    '.repeat(depth);
  const lines = [
    `${margin}${channel.thread ? '⤷ thread' : channel.recipientId ? '@' : '#'} ${channel.name}${marks(channel)}`,
  ];
  for (const message of channel.messages.values()) {
    lines.push(...said(world, message).map((line) => `${margin}  ${line}`));
    const thread = world.channels.get(message.id);
    if (thread?.thread) lines.push(transcript(world, thread, depth + 1));
  }
  for (const other of world.channels.values())
    if (other.invited && other.parentId === channel.id) lines.push(transcript(world, other, depth + 1));
  return lines.join('\n');
}

const marks = ({ thread }: Channel) => (thread?.locked ? ' (locked)' : thread?.archived ? ' (archived)' : '');

function said(world: World, message: Message): string[] {
  const name = world.users.get(message.authorId)?.name ?? message.authorId;
  const notes = [
    message.ephemeralFor === undefined ? '' : `only ${world.users.get(message.ephemeralFor)?.name} sees this`,
    message.replyTo ? `reply to ${message.replyTo.messageId}` : '',
    message.forwarded ? `forwards ${message.forwarded.messageId}` : '',
    message.edits.length > 0 ? `edited ${message.edits.length}×` : '',
  ].filter((note) => note !== '');
  const time = new Date(message.createdMs).toISOString().slice(11, 19);
  const lines = [`${time} ${name} [${message.id}]${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`];
  if (message.flags & flag.loading) lines.push('  … is thinking');
  for (const line of message.content.split('\n')) if (line !== '') lines.push(`  ${line}`);
  for (const embed of message.embeds) lines.push(`  ▌ ${[embed.title, embed.description].filter(Boolean).join(': ')}`);
  for (const { filename, size, description } of message.attachments)
    lines.push(`  📎 ${filename} (${size} bytes)${description ? ` “${description}”` : ''}`);
  for (const [item] of everyComponent(message.components)) {
    if (item.type === 10)
      lines.push(
        ...String(item.content)
          .split('\n')
          .map((line) => `  ${line}`),
      );
    if (item.type === 1)
      lines.push(`  ${[...everyComponent(item.components)].map(([child]) => pressable(child)).join(' ')}`);
  }
  return lines;
}

function pressable(item: Record<string, unknown>): string {
  const face = String(item.label ?? item.placeholder ?? item.custom_id ?? '');
  return item.disabled === true ? `(${face})` : `[${face}]`;
}
