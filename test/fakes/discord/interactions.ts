/** Interactions: the payloads people cause, the one answer within three seconds, the webhook of fifteen minutes. */
import { randomBytes } from 'node:crypto';
import { type Command, type CommandOption, type Registry, type SentOption, sentOptions } from './commands.ts';
import type { Emit } from './gateway.ts';
import type { Messages } from './messages.ts';
import type { RequestBody, UploadedFile } from './multipart.ts';
import { refused } from './refused.ts';
import {
  check,
  checkModal,
  everyComponent,
  fields,
  finite,
  flag,
  integer,
  isObject,
  lengthOf,
  list,
  oneOf,
  text,
} from './validate.ts';
import type { Attachment, Channel, Guild, Message, User, World } from './world.ts';

const answerMs = 3_000;
const tokenMs = 15 * 60_000;

/** A file a person picks. Either the bytes or, from another process, `{ base64 }`, which arrives as bytes. */
export interface Upload {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string;
  readonly description?: string;
}

/** Who does it, and where. Names or ids; `channel: 'dm'` is the person's DM with the bot. */
export interface Where {
  /** Left out: the first user without special permissions. */
  readonly user?: string;
  /** Left out: the first channel. */
  readonly channel?: string;
  readonly guild?: string;
  /** How often the gateway delivers the event; 1. */
  readonly deliveries?: number;
}

export interface SeenInteraction {
  readonly id: string;
  readonly token: string;
  readonly kind: 'command' | 'component' | 'autocomplete' | 'modal';
  /** The command with its subcommands, or the custom id. */
  readonly name: string;
  readonly userId: string;
  readonly channelId: string;
  readonly guildId?: string;
  readonly createdMs: number;
  /** Missing until the bot's first answer was accepted. */
  readonly answer?: {
    /** 4 message, 5 deferred message, 6 deferred update, 7 update, 8 choices, 9 modal. */
    readonly type: number;
    readonly afterMs: number;
    readonly ephemeral: boolean;
    /** The message it made or changes. */
    readonly messageId?: string;
    readonly choices?: readonly { readonly name: string; readonly value: string | number }[];
    readonly modal?: Record<string, unknown>;
  };
  /** Messages that came through its webhook after the first. */
  readonly followUpIds: readonly string[];
}

interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: 2 | 3 | 4 | 5;
  readonly name: string;
  readonly user: User;
  readonly channel: Channel;
  readonly guild: Guild | undefined;
  readonly createdMs: number;
  /** The message whose component was used, also behind a modal. */
  readonly source: Message | undefined;
  readonly metadata: Record<string, unknown> & { id: string };
  readonly followUpIds: string[];
  answer?: {
    -readonly [Key in keyof NonNullable<SeenInteraction['answer']>]: NonNullable<SeenInteraction['answer']>[Key];
  };
}

const kinds = { 2: 'command', 3: 'component', 4: 'autocomplete', 5: 'modal' } as const;

export interface InteractionsOptions {
  readonly world: World;
  readonly registry: Registry;
  readonly messages: Messages;
  readonly emit: Emit;
  now(): number;
}

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
}

export type Interactions = ReturnType<typeof createInteractions>;

export function createInteractions({ world, registry, messages, emit, now }: InteractionsOptions) {
  const all = new Map<string, Interaction>();
  const byToken = new Map<string, Interaction>();

  function placeOf(where: Where): { user: User; channel: Channel; guild: Guild | undefined } {
    const people = [...world.users.values()].filter((item) => !item.bot && !item.owner && !item.stranger);
    const user = where.user ? world.userOf(where.user) : (people.find((item) => item.permissions === 0n) ?? people[0]);
    if (!user) throw new Error('The fake Discord has no user.');
    if (where.channel === 'dm') return { user, channel: world.dmWith(user.id), guild: undefined };
    const guild = where.guild ? world.guildOf(where.guild) : [...world.guilds.values()][0];
    const channel = where.channel ? world.channelOf(where.channel) : guild && world.channelsOf(guild)[0];
    if (!channel) throw new Error('The fake Discord has no channel.');
    if (channel.recipientId && channel.recipientId !== user.id)
      throw new Error(`${user.name} is not part of ${channel.name}.`);
    if (!world.sees(user, channel)) throw new Error(`${user.name} was not invited to ${channel.name}.`);
    if (channel.guildId && user.stranger) throw new Error(`${user.name} is in no guild.`);
    return { user, channel, guild: world.guildOfChannel(channel) };
  }

  const limitOf = (user: User, channel: Channel) => Math.max(user.uploadBytesMax, world.bytesMaxIn(channel));

  function begin(
    type: Interaction['type'],
    name: string,
    place: { user: User; channel: Channel; guild: Guild | undefined },
    data: Record<string, unknown>,
    more: { source?: Message | undefined; metadata?: Record<string, unknown>; deliveries?: number | undefined },
  ): SeenInteraction {
    const { user, channel, guild } = place;
    const id = world.newId();
    const owners = { '0': guild?.id ?? '0' };
    const interaction: Interaction = {
      id,
      token: Buffer.from(`interaction:${id}:`).toString('base64url') + randomBytes(96).toString('base64url'),
      type,
      name,
      ...place,
      createdMs: now(),
      source: more.source,
      metadata: { id, type, user: world.userJson(user), authorizing_integration_owners: owners, ...more.metadata },
      followUpIds: [],
    };
    all.set(id, interaction);
    byToken.set(interaction.token, interaction);
    emit(
      'INTERACTION_CREATE',
      guild?.id,
      0,
      {
        id,
        application_id: world.bot.id,
        type,
        token: interaction.token,
        version: 1,
        data,
        channel_id: channel.id,
        channel: { ...world.channelJson(channel), permissions: String(world.userPermissions(user)) },
        ...(guild
          ? {
              guild_id: guild.id,
              guild: { id: guild.id, locale: guild.locale, features: [] },
              guild_locale: guild.locale,
              member: { ...world.memberJson(guild, user), permissions: String(world.userPermissions(user)) },
            }
          : { user: world.userJson(user) }),
        locale: user.locale,
        app_permissions: String(world.botPermissionsIn(channel)),
        entitlements: [],
        authorizing_integration_owners: owners,
        context: guild ? 0 : 1,
        attachment_size_limit: limitOf(user, channel),
        ...(more.source ? { message: world.messageJson(more.source) } : {}),
      },
      more.deliveries,
    );
    return seen(interaction);
  }

  function seen(interaction: Interaction): SeenInteraction {
    const { id, token, type, name, user, channel, guild, createdMs, answer, followUpIds } = interaction;
    return {
      id,
      token,
      kind: kinds[type],
      name,
      userId: user.id,
      channelId: channel.id,
      ...(guild ? { guildId: guild.id } : {}),
      createdMs,
      ...(answer ? { answer: { ...answer } } : {}),
      followUpIds: [...followUpIds],
    };
  }

  function usable(command: Command, { user, channel, guild }: ReturnType<typeof placeOf>) {
    const context = guild ? 0 : 1;
    if (!guild && command.guild_id) throw new Error(`/${command.name} exists in one guild only.`);
    if (command.contexts && !command.contexts.includes(context))
      throw new Error(`/${command.name} is not offered in context ${context}.`);
    const needed = command.default_member_permissions;
    const held = world.userPermissions(user);
    const missing =
      needed === null
        ? false
        : needed === '0'
          ? !user.owner && !(held & 8n)
          : (held & BigInt(needed)) !== BigInt(needed);
    if (guild && missing)
      throw new Error(`/${command.name} is hidden from ${user.name}: it needs the permissions ${needed}.`);
    if (channel.thread?.locked || channel.thread?.archived)
      throw new Error('Nobody can use commands in an archived thread.');
  }

  function keepUpload(
    upload: unknown,
    place: { user: User; channel: Channel },
    types: readonly string[] | undefined,
  ): Attachment {
    if (!isObject(upload) || typeof upload.filename !== 'string' || !(upload.bytes instanceof Uint8Array))
      throw new Error('A file must be given as { filename, bytes }.');
    const { filename } = upload;
    const file: UploadedFile = {
      filename,
      contentType: typeof upload.contentType === 'string' ? upload.contentType : undefined,
      bytes: Buffer.from(upload.bytes),
    };
    if (file.bytes.length > limitOf(place.user, place.channel))
      throw new Error(`The client would not upload ${filename}: it is too large.`);
    if (types && types.length > 0 && !types.some((type) => fits(filename, type)))
      throw new Error(`The client would not offer ${filename}: only ${types.join(', ')}.`);
    return world.store(place.channel.id, file, {
      keep: true,
      ...(typeof upload.description === 'string' ? { description: upload.description } : {}),
    });
  }

  /** Turns names into ids and collects what `data.resolved` must hold. */
  function resolver(place: ReturnType<typeof placeOf>) {
    const resolved: Record<string, Record<string, unknown>> = {};
    const put = (kind: string, id: string, json: unknown) => {
      resolved[kind] ??= {};
      resolved[kind][id] = json;
      return id;
    };
    const member = (user: User) => {
      if (place.guild && !user.stranger)
        put('members', user.id, {
          ...world.memberJson(place.guild, user, true),
          permissions: String(world.userPermissions(user)),
        });
      return put('users', user.id, world.userJson(user));
    };
    const role = (name: string) => {
      if (!place.guild) throw new Error('There are no roles in a DM.');
      const found = world.roleOf(place.guild, name);
      return put('roles', found.id, world.roleJson(found, 1));
    };
    const attach = (upload: unknown, types?: readonly string[]) => {
      const stored = keepUpload(upload, place, types);
      return put('attachments', stored.id, world.attachmentJson(stored, true));
    };
    const value = (option: CommandOption, given: unknown): unknown => {
      if (option.type === 6) return member(world.userOf(String(given)));
      if (option.type === 7) {
        const channel = world.channelOf(String(given));
        return put('channels', channel.id, {
          ...world.channelJson(channel),
          permissions: String(world.userPermissions(place.user)),
          app_permissions: String(world.botPermissionsIn(channel)),
        });
      }
      if (option.type === 8) return role(String(given));
      if (option.type === 9) {
        const isUser = [...world.users.values()].some((user) => user.id === given || user.name === given);
        return isUser ? member(world.userOf(String(given))) : role(String(given));
      }
      return option.type === 11 ? attach(given, option.file_types) : given;
    };
    return { resolved, value, attach, member, role, put };
  }

  const commandData = (command: Command, resolved: object, options?: SentOption[]) => ({
    id: command.id,
    name: command.name,
    type: command.type,
    ...(command.guild_id ? { guild_id: command.guild_id } : {}),
    ...(options && options.length > 0 ? { options } : {}),
    ...(Object.keys(resolved).length > 0 ? { resolved } : {}),
  });

  /** `name` may go on with subcommands: `credits grant`. @throws Error for whatever a client would not send. */
  function command(
    name: string,
    options: Readonly<Record<string, unknown>> = {},
    where: Where & { readonly attachments?: Readonly<Record<string, Upload>> } = {},
  ): SeenInteraction {
    const place = placeOf(where);
    const [first = '', ...path] = name.replace(/^\//, '').split(' ');
    const found = registry.find(1, first, place.guild?.id);
    usable(found, place);
    const { resolved, value } = resolver(place);
    const sent = sentOptions(found, path, { ...options, ...where.attachments }, value);
    return begin(2, [first, ...path].join(' '), place, commandData(found, resolved, sent), {
      deliveries: where.deliveries,
    });
  }

  /** What the client asks while someone types `value` into `option`; the answer's `choices` are what they would see. */
  function autocomplete(
    name: string,
    option: string,
    value: string,
    where: Where & { readonly options?: Readonly<Record<string, unknown>> } = {},
  ): SeenInteraction {
    const place = placeOf(where);
    const [first = '', ...path] = name.replace(/^\//, '').split(' ');
    const found = registry.find(1, first, place.guild?.id);
    usable(found, place);
    const { resolved, value: resolve } = resolver(place);
    const sent = sentOptions(found, path, { ...where.options, [option]: value }, resolve, option);
    return begin(4, name, place, commandData(found, resolved, sent), { deliveries: where.deliveries });
  }

  const visibleTo = (message: Message, user: User) =>
    message.ephemeralFor === undefined || message.ephemeralFor === user.id;

  /** A message command ("Apps" in the message's menu). */
  function messageCommand(name: string, messageId: string, where: Where = {}): SeenInteraction {
    const target = existing(messageId);
    const place = placeOf({ ...where, channel: target.channelId });
    const found = registry.find(3, name, place.guild?.id);
    usable(found, place);
    if (!visibleTo(target, place.user)) throw new Error(`${place.user.name} can't see that message.`);
    const data = commandData(found, { messages: { [target.id]: world.messageJson(target) } });
    return begin(
      2,
      name,
      place,
      { ...data, target_id: target.id },
      { deliveries: where.deliveries, metadata: { target_message_id: target.id } },
    );
  }

  /** A user command ("Apps" in the person's menu). */
  function userCommand(name: string, target: string, where: Where = {}): SeenInteraction {
    const place = placeOf(where);
    const found = registry.find(2, name, place.guild?.id);
    usable(found, place);
    const { resolved, member } = resolver(place);
    const target_id = member(world.userOf(target));
    return begin(2, name, place, { ...commandData(found, resolved), target_id }, { deliveries: where.deliveries });
  }

  function existing(messageId: string): Message {
    const message = world.messageOf(messageId);
    if (message) return message;
    throw new Error(`There is no message ${messageId} on the fake Discord (any more).`);
  }

  function press(messageId: string, customId: string, where: Where, values?: readonly string[]): SeenInteraction {
    const message = existing(messageId);
    const place = placeOf({ ...where, channel: message.channelId });
    if (!visibleTo(message, place.user)) throw new Error(`${place.user.name} can't see that message.`);
    if (message.flags & flag.loading) throw new Error('That message is still loading.');
    if (place.channel.thread?.archived) throw new Error('Nobody can press anything in an archived thread.');
    const components = [...everyComponent(message.components)]
      .map(([item]) => item)
      .filter((item) => item.custom_id !== undefined);
    const found =
      components.find((item) => item.custom_id === customId) ?? components.find((item) => item.label === customId);
    const names = components.map((item) => `${String(item.label ?? '')} (${String(item.custom_id)})`);
    if (!found) throw new Error(`That message has no "${customId}"; it has ${names.join(', ') || 'nothing to press'}.`);
    if (found.disabled === true) throw new Error(`"${customId}" is disabled.`);
    if ((found.type === 2) !== (values === undefined))
      throw new Error(`"${customId}" is ${found.type === 2 ? 'a button' : 'a select menu'}.`);
    const { resolved, member, role, put } = resolver(place);
    const ids = values?.map((value) => {
      if (found.type === 5) return member(world.userOf(value));
      if (found.type === 6) return role(value);
      if (found.type !== 8) return value;
      const channel = world.channelOf(value);
      return put('channels', channel.id, world.channelJson(channel));
    });
    if (ids) checkPicked(found, ids);
    const data = {
      custom_id: found.custom_id,
      component_type: found.type,
      id: found.id,
      ...(ids ? { values: ids } : {}),
      ...(Object.keys(resolved).length > 0 ? { resolved } : {}),
    };
    return begin(3, String(found.custom_id), place, data, {
      source: message,
      metadata: { interacted_message_id: message.id },
      deliveries: where.deliveries,
    });
  }

  /**
   * Fills in the modal that interaction `id` was answered with and submits it. Fields by custom id: text, a list of values,
   * a boolean for a checkbox, or `Upload`s for a file upload. @throws Error for what the client would not submit.
   */
  function modal(
    id: string,
    given: Readonly<Record<string, unknown>> = {},
    where: Pick<Where, 'deliveries'> = {},
  ): SeenInteraction {
    const opener = all.get(id);
    const form = opener?.answer?.modal;
    if (!opener || !form) throw new Error(`Interaction ${id} showed no modal.`);
    const { user, channel, guild } = opener;
    const place = { user, channel, guild };
    const { resolved, attach, member, role, put } = resolver(place);
    const unused = new Set(Object.keys(given));
    const filled = (component: Record<string, unknown>): Record<string, unknown> => {
      const { type, custom_id } = component;
      const own = { type, id: component.id ?? 0 };
      if (type === 10) return own;
      if (type === 1) return { ...own, components: (component.components as Record<string, unknown>[]).map(filled) };
      if (type === 18) return { ...own, component: filled(component.component as Record<string, unknown>) };
      unused.delete(String(custom_id));
      const value = given[String(custom_id)];
      if (type === 4) return { ...own, custom_id, value: typed(component, value ?? component.value ?? '') };
      if (type === 23)
        return { ...own, custom_id, value: value === undefined ? component.default === true : value === true };
      if (type === 21) {
        const chosen = value ?? preset(component)[0];
        checkPicked({ ...component, max_values: 1 }, chosen === undefined ? [] : [String(chosen)]);
        return { ...own, custom_id, value: chosen ?? null };
      }
      const items = value === undefined ? preset(component) : Array.isArray(value) ? value : [value];
      const values = items.map((item) => {
        if (type === 19) return attach(item, component.file_types as string[] | undefined);
        if (type === 5) return member(world.userOf(String(item)));
        if (type === 6) return role(String(item));
        if (type !== 8) return String(item);
        const picked = world.channelOf(String(item));
        return put('channels', picked.id, world.channelJson(picked));
      });
      checkPicked(component, values);
      return { ...own, custom_id, values };
    };
    const components = (form.components as Record<string, unknown>[]).map(filled);
    if (unused.size > 0) throw new Error(`The modal has no field ${[...unused].join(', ')}.`);
    const data = { custom_id: form.custom_id, components, ...(Object.keys(resolved).length > 0 ? { resolved } : {}) };
    return begin(5, String(form.custom_id), place, data, {
      source: opener.source,
      metadata: { triggering_interaction_metadata: opener.metadata },
      deliveries: where.deliveries,
    });
  }

  const allowedAnswers = ({ type, source }: Interaction) =>
    type === 4 ? [8] : type === 2 ? [4, 5, 9] : type === 3 ? [4, 5, 6, 7, 9] : source ? [4, 5, 6, 7] : [4, 5];

  /** POST /interactions/{id}/{token}/callback. Source: docs.discord.com, "Receiving and Responding", read 2026-11. */
  function callback(id: string, token: string, withResponse: boolean, { json, files }: RequestBody): Reply {
    const interaction = all.get(id);
    if (!interaction || interaction.token !== token) throw refused(10062);
    if (interaction.answer) throw refused(40060);
    const afterMs = now() - interaction.createdMs;
    if (afterMs > answerMs) throw refused(10062);
    if (interaction.channel.thread?.archived) throw refused(50083);
    check(fields({ type: integer(1, 12), data: () => {} }, ['type']), json);
    const { type, data } = json as { type: number; data?: unknown };
    check(fields({ type: oneOf(...allowedAnswers(interaction)), data: () => {} }), json);
    const { channel, user, source } = interaction;
    const answer: NonNullable<Interaction['answer']> = { type, afterMs, ephemeral: false };
    const posting = { files, bytesMax: limitOf(user, channel), interaction: interaction.metadata, at: ['data'] };
    if (type === 4 || type === 5) {
      if (type === 5) check(fields({ flags: oneOf(0, flag.ephemeral) }), data ?? {}, ['data']);
      const ephemeral = isObject(data) && (Number(data.flags ?? 0) & flag.ephemeral) !== 0;
      const message = messages.post(channel, data, {
        ...posting,
        kind: 'webhook',
        ...(type === 5 ? { flags: flag.loading } : {}),
        ...(ephemeral ? { ephemeralFor: user.id } : {}),
      });
      Object.assign(answer, { ephemeral, messageId: message.id });
    } else if (type === 6 || type === 7) {
      if (!source || !world.messageOf(source.id)) throw refused(10008);
      if (type === 6 && isObject(data) && Object.keys(data).length > 0) check(fields({}), data, ['data']);
      if (type === 7) messages.edit(source, data, { ...posting, kind: 'webhookEdit' });
      Object.assign(answer, { ephemeral: source.ephemeralFor !== undefined, messageId: source.id });
    } else if (type === 8) {
      const choice = fields({ name: text(1, 100), name_localizations: () => {}, value: choiceValue }, [
        'name',
        'value',
      ]);
      check(fields({ choices: list(choice, 25) }, ['choices']), data ?? {}, ['data']);
      answer.choices = (data as { choices: NonNullable<typeof answer.choices> }).choices;
    } else {
      checkModal(data);
      answer.modal = structuredClone(data) as Record<string, unknown>;
    }
    interaction.answer = answer;
    if (!withResponse) return { status: 204 };
    const message = answer.messageId === undefined ? undefined : world.messageOf(answer.messageId);
    const about = {
      id,
      type: interaction.type,
      ...(message
        ? {
            response_message_id: message.id,
            response_message_loading: (message.flags & flag.loading) !== 0,
            response_message_ephemeral: message.ephemeralFor !== undefined,
          }
        : {}),
      channel_id: channel.id,
      ...(interaction.guild ? { guild_id: interaction.guild.id } : {}),
    };
    return {
      status: 200,
      json: {
        interaction: about,
        ...(message && type !== 6 ? { resource: { type, message: world.messageJson(message) } } : {}),
      },
    };
  }

  function webhook(applicationId: string, token: string): Interaction {
    const interaction = byToken.get(token);
    if (!interaction || applicationId !== world.bot.id) throw refused(10015);
    if (now() - interaction.createdMs > tokenMs) throw refused(50027);
    // The webhook comes into being with the first answer.
    if (!interaction.answer) throw refused(10015);
    return interaction;
  }

  function webhookMessage(interaction: Interaction, messageId: string): Message {
    const id = messageId === '@original' ? interaction.answer?.messageId : messageId;
    const message = id === undefined ? undefined : world.messageOf(id);
    const own = id === interaction.answer?.messageId || message?.interaction?.id === interaction.id;
    if (!message || !own) throw refused(10008);
    return message;
  }

  /** POST, GET, PATCH and DELETE below /webhooks/{app}/{token}. */
  function throughWebhook(
    method: string,
    applicationId: string,
    token: string,
    messageId: string | undefined,
    { json, files }: RequestBody,
  ): Reply {
    const interaction = webhook(applicationId, token);
    const { channel, user } = interaction;
    const posting = { files, bytesMax: limitOf(user, channel), interaction: interaction.metadata };
    if (messageId === undefined) return { status: 200, json: world.messageJson(followUp(interaction, json, posting)) };
    const message = webhookMessage(interaction, messageId);
    if (method === 'GET') return { status: 200, json: world.messageJson(message) };
    if (channel.thread?.archived) throw refused(50083);
    if (method === 'DELETE') {
      messages.remove(message);
      return { status: 204 };
    }
    return { status: 200, json: world.messageJson(messages.edit(message, json, { ...posting, kind: 'webhookEdit' })) };
  }

  function followUp(
    interaction: Interaction,
    json: unknown,
    posting: Omit<Parameters<Messages['post']>[2], 'kind'>,
  ): Message {
    const { channel, user, answer } = interaction;
    if (channel.thread?.locked) throw refused(160005);
    const original = answer?.messageId === undefined ? undefined : world.messageOf(answer.messageId);
    // The first follow-up after a deferred answer fills that answer in; its ephemeral flag then has no say.
    if (original && original.flags & flag.loading) {
      const { flags, ...rest } = isObject(json) ? json : {};
      const kept = Number(flags ?? 0) & ~flag.ephemeral;
      return messages.edit(original, kept === 0 ? rest : { ...rest, flags: kept }, { ...posting, kind: 'webhookEdit' });
    }
    const ephemeral = isObject(json) && (Number(json.flags ?? 0) & flag.ephemeral) !== 0;
    const metadata = { ...interaction.metadata, ...(original ? { original_response_message_id: original.id } : {}) };
    const message = messages.post(channel, json, {
      ...posting,
      kind: 'webhook',
      interaction: metadata,
      ...(ephemeral ? { ephemeralFor: user.id } : {}),
    });
    interaction.followUpIds.push(message.id);
    return message;
  }

  return {
    command,
    autocomplete,
    messageCommand,
    userCommand,
    modal,
    button: (messageId: string, customId: string, where: Where = {}) => press(messageId, customId, where),
    select: (messageId: string, customId: string, values: readonly string[], where: Where = {}) =>
      press(messageId, customId, where, values),
    placeOf,
    keepUpload,
    callback,
    throughWebhook,
    all: () => [...all.values()].map(seen),
    get: (id: string) => {
      const found = all.get(id);
      if (!found) throw new Error(`There is no interaction ${id}.`);
      return seen(found);
    },
    reset() {
      all.clear();
      byToken.clear();
    },
  };
}

const groups: Record<string, readonly string[]> = {
  image: ['png', 'gif', 'jpg', 'jpeg', 'jfif', 'webp', 'avif'],
  video: ['mp4', 'mov', 'webm'],
  audio: ['mp3', 'ogg', 'wav', 'm4a', 'flac'],
};

function fits(filename: string, type: string): boolean {
  const extension = filename.toLowerCase().split('.').at(-1) ?? '';
  return type.startsWith('.') ? `.${extension}` === type : (groups[type]?.includes(extension) ?? false);
}

const choiceValue: Parameters<typeof list>[0] = (value, at, problems) => {
  if (typeof value === 'number') finite(value, at, problems);
  else text(0, 100)(value, at, problems);
};

/** The text of an input, as a client would let it through. */
function typed(input: Record<string, unknown>, value: unknown): string {
  const words = String(value);
  const name = String(input.custom_id);
  const min = Number(input.min_length ?? 0);
  const max = Number(input.max_length ?? 4000);
  if (words === '') {
    if (input.required !== false) throw new Error(`The client would not submit: "${name}" is required.`);
  } else if (lengthOf(words) < min) throw new Error(`The client would not submit: "${name}" needs ${min} characters.`);
  if (lengthOf(words) > max) throw new Error(`The client would not submit: "${name}" holds ${max} characters.`);
  return words;
}

const optionsOf = (component: Record<string, unknown>) =>
  Array.isArray(component.options) ? component.options.filter(isObject) : [];
const preset = (component: Record<string, unknown>) =>
  optionsOf(component)
    .filter((option) => option.default === true)
    .map((option) => option.value);

/** Whether a client would let someone pick these. */
function checkPicked(component: Record<string, unknown>, values: readonly string[]) {
  const name = String(component.custom_id);
  const required = component.required !== false;
  const min = Number(component.min_values ?? (required ? 1 : 0));
  const max = Number(component.max_values ?? (component.type === 22 ? optionsOf(component).length : 1));
  if (values.length > max || (values.length < min && (required || values.length > 0)))
    throw new Error(`The client would not send ${values.length} values for "${name}": between ${min} and ${max}.`);
  const offered = optionsOf(component).map((option) => option.value);
  for (const value of values)
    if (offered.length > 0 && !offered.includes(value)) throw new Error(`"${name}" does not offer "${value}".`);
}
