import type { APIUser } from 'discord.js';
import { type Person, personId, workspaceId } from '../../domain/person.ts';

type Named = { readonly nick?: string | null | undefined } | undefined;

/** What people see of somebody: their name in the server, else their own. */
export const shownName = (account: APIUser, member: Named): string =>
  member?.nick ?? account.global_name ?? account.username;

export const personOf = (account: APIUser, member: Named, guild: string | undefined): Person => ({
  id: personId('discord', account.id),
  workspace: workspaceId('discord', guild ?? 'dm'),
  name: shownName(account, member),
});
