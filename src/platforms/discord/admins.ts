import { type APIGuild, type APIGuildMember, type REST, Routes } from 'discord.js';
import type { Clock } from '../../domain/clock.ts';
import { nativeId, type Person } from '../../domain/person.ts';
import { code, codeOf } from './faults.ts';
import { managesServer } from './permissions.ts';

const keptMs = 5 * 60_000;
const keptMost = 1_000;

/** Whether people manage their server, asked of Discord and kept for 5 minutes. In direct messages nobody does. */
export function createAdmins(rest: REST, clock: Clock): (person: Person) => Promise<boolean> {
  const known = new Map<string, { readonly admin: boolean; readonly until: number }>();
  return async ({ id, workspace }) => {
    const [guild, user] = [nativeId(workspace), nativeId(id)];
    if (!/^\d+$/.test(guild)) return false;
    const key = `${guild} ${user}`;
    const kept = known.get(key);
    if (kept && kept.until > clock.now()) return kept.admin;
    const admin = await asksDiscord(rest, guild, user);
    if (known.size >= keptMost) known.clear();
    known.set(key, { admin, until: clock.now() + keptMs });
    return admin;
  };
}

/** A member's permissions are those of all their roles together, and of the role everybody has, which is named by the server's id. */
async function asksDiscord(rest: REST, guildId: string, user: string): Promise<boolean> {
  try {
    const [guild, member] = (await Promise.all([
      rest.get(Routes.guild(guildId)),
      rest.get(Routes.guildMember(guildId, user)),
    ])) as [APIGuild, APIGuildMember];
    if (guild.owner_id === user) return true;
    return guild.roles
      .filter(({ id }) => id === guildId || member.roles.includes(id))
      .some(({ permissions }) => managesServer(permissions));
  } catch (error) {
    if (codeOf(error) === code.unknownMember || codeOf(error) === code.unknownUser) return false;
    throw error;
  }
}
