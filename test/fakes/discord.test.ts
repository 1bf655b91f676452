import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  ActionRowBuilder,
  type AutocompleteInteraction,
  ButtonBuilder,
  type ButtonInteraction,
  ButtonStyle,
  type ChatInputCommandInteraction,
  Client,
  ContainerBuilder,
  Events,
  GatewayIntentBits,
  type Interaction,
  LabelBuilder,
  type Message,
  MessageFlags,
  ModalBuilder,
  type ModalSubmitInteraction,
  Partials,
  PermissionFlagsBits,
  REST,
  SlashCommandBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { type AsyncMethods, control } from './control.ts';
import { type DiscordHandle, type FakeDiscordOptions, fakeDiscord } from './discord/server.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function started(options: FakeDiscordOptions = {}): Promise<DiscordHandle> {
  const discord = await fakeDiscord(options);
  stops.push(() => discord.close());
  return discord;
}

const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages];

function client(discord: { api: string }, extra: GatewayIntentBits[] = []): Client {
  const made = new Client({
    intents: [...intents, ...extra],
    partials: [Partials.Channel],
    allowedMentions: { parse: [], repliedUser: false },
    rest: { api: discord.api, retries: 0 },
  });
  made.on(Events.Error, () => {});
  stops.push(() => made.destroy());
  return made;
}

async function loggedIn(discord: DiscordHandle, extra: GatewayIntentBits[] = []): Promise<Client> {
  const made = client(discord, extra);
  const ready = once(made, Events.ClientReady);
  await made.login(discord.token);
  await ready;
  return made;
}

/** What the gateway tells, until such an event comes. */
const toldUntil = (made: Client, last: string): Promise<string[]> =>
  new Promise((resolve) => {
    const told: string[] = [];
    made.on(Events.Raw, ({ t, d }: { t: string; d: { id: string } }) => {
      told.push(`${t} ${d.id}`);
      if (t === last) resolve(told);
    });
  });

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown> & { id: string; code?: number; errors?: unknown };
}

type Files = Record<string, { name: string; bytes: Buffer }>;

/** A request without discord.js in between, which would not let wrong ones through. */
async function ask(
  discord: DiscordHandle,
  method: string,
  path: string,
  json?: unknown,
  files?: Files,
): Promise<Answer> {
  const headers: Record<string, string> = {
    authorization: `Bot ${discord.token}`,
    'user-agent': 'DiscordBot (https://example.com, 1.0)',
  };
  let body: string | FormData | undefined;
  if (files) {
    const form = new FormData();
    for (const [field, file] of Object.entries(files))
      form.append(field, new Blob([new Uint8Array(file.bytes)]), file.name);
    form.append('payload_json', JSON.stringify(json));
    body = form;
  } else if (json !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(json);
  }
  const response = await fetch(`${discord.api}/v10${path}`, { method, headers, ...(body ? { body } : {}) });
  const text = await response.text();
  return { status: response.status, json: text ? JSON.parse(text) : {} };
}

const channelIn = (discord: DiscordHandle, name: string) => discord.about().channels[name] ?? '';
const post = (discord: DiscordHandle, json: unknown, files?: Files, channel = 'general') =>
  ask(discord, 'POST', `/channels/${channelIn(discord, channel)}/messages`, json, files);
const patch = (discord: DiscordHandle, id: string, json: unknown, files?: Files, channel = 'general') =>
  ask(discord, 'PATCH', `/channels/${channelIn(discord, channel)}/messages/${id}`, json, files);

const png = (fill: number, size = 64) => {
  const bytes = Buffer.alloc(size, fill);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(320, 16);
  bytes.writeUInt32BE(200, 20);
  return bytes;
};

const imagine = new SlashCommandBuilder()
  .setName('imagine')
  .setDescription('Create images')
  .addStringOption((option) => option.setName('prompt').setDescription('What').setRequired(true).setMaxLength(100))
  .addIntegerOption((option) => option.setName('count').setDescription('How many').setMinValue(1).setMaxValue(4))
  .addStringOption((option) =>
    option
      .setName('shape')
      .setDescription('Outline')
      .addChoices({ name: 'Square', value: 'square' }, { name: 'Wide', value: 'wide' }),
  )
  .addStringOption((option) => option.setName('model').setDescription('Which').setAutocomplete(true))
  .addAttachmentOption((option) => option.setName('image').setDescription('Input'))
  .toJSON();
const credits = new SlashCommandBuilder()
  .setName('credits')
  .setDescription('Credits')
  .addSubcommand((sub) =>
    sub
      .setName('grant')
      .setDescription('Give')
      .addUserOption((option) => option.setName('user').setDescription('Whom').setRequired(true))
      .addIntegerOption((option) => option.setName('amount').setDescription('How many').setRequired(true)),
  )
  .toJSON();

/** Registers the commands and answers interactions with `answer`. */
async function bot(discord: DiscordHandle, answer: (interaction: Interaction) => unknown): Promise<Client> {
  const made = await loggedIn(discord);
  await made.application?.commands.set([imagine, credits, { name: 'Edit this picture', type: 3 }]);
  made.on(Events.InteractionCreate, (interaction) => void Promise.resolve(answer(interaction)).catch(() => {}));
  return made;
}

describe('with discord.js', () => {
  it('a bot logs in and finds its guild, channels and permissions', async () => {
    const discord = await started();
    const made = await loggedIn(discord);
    await discord.until(() => made.guilds.cache.first()?.available);
    const guild = made.guilds.cache.first();
    expect(guild?.name).toBe('Fox Den');
    const general = guild?.channels.cache.find((channel) => channel.name === 'general');
    expect(general?.permissionsFor(made.user?.id ?? '')?.has(PermissionFlagsBits.SendMessagesInThreads)).toBe(true);
    expect(general?.permissionsFor(made.user?.id ?? '')?.has(PermissionFlagsBits.ManageMessages)).toBe(false);
    const ana = await guild?.members.fetch(discord.about().users.ana ?? '');
    expect(ana?.permissions.has(PermissionFlagsBits.ManageGuild)).toBe(true);
    expect(discord.violations()).toEqual([]);
  });

  it('a command is answered, edited, followed up, and shown as a person sees it', async () => {
    const discord = await started();
    let given: ChatInputCommandInteraction | undefined;
    await bot(discord, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      given = interaction;
      const response = await interaction.reply({ content: 'Queued', withResponse: true });
      await interaction.editReply({ content: `Drawing for ${response.resource?.message?.id}` });
      await interaction.followUp({ content: 'psst', flags: MessageFlags.Ephemeral });
    });
    const asked = discord.command(
      'imagine',
      { prompt: 'a fox', count: 2, image: { filename: 'in.png', bytes: png(1) } },
      { user: 'ben' },
    );
    await discord.until(() => discord.interaction(asked.id).followUpIds.length === 1);
    expect(given?.options.getString('prompt')).toBe('a fox');
    expect(given?.options.getAttachment('image')).toMatchObject({
      name: 'in.png',
      width: 320,
      contentType: 'image/png',
    });
    expect(given?.attachmentSizeLimit).toBe(10 * 1024 * 1024);
    expect(given?.appPermissions.has(PermissionFlagsBits.AttachFiles)).toBe(true);
    const [answer, whisper] = discord.messages('general');
    expect(answer).toMatchObject({ content: `Drawing for ${answer?.id}`, editCount: 1, interactionResponse: true });
    expect(whisper).toMatchObject({ content: 'psst', ephemeralFor: discord.about().users.ben });
    expect(discord.transcript('general')).toContain('only ben sees this');
    const input = await fetch(given?.options.getAttachment('image')?.url ?? '');
    expect(Buffer.from(await input.arrayBuffer())).toEqual(png(1));
  });

  it('a deferred answer is filled in by the first follow-up', async () => {
    const discord = await started();
    await bot(discord, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      await interaction.followUp({ content: 'Here' });
    });
    discord.command('credits grant', { user: 'ben', amount: 5 }, { user: 'ana' });
    const message = await discord.untilMessage({ contains: 'Here' });
    expect(message).toMatchObject({ ephemeralFor: discord.about().users.ana, loading: false });
    expect(discord.messages()).toHaveLength(1);
  });

  it('buttons, modals, autocomplete and message commands go round', async () => {
    const discord = await started();
    const said: string[] = [];
    const byKind = async (interaction: Interaction) => {
      if (interaction.isAutocomplete()) await suggest(interaction);
      else if (interaction.isButton()) await show(interaction);
      else if (interaction.isModalSubmit()) await submit(interaction);
      else if (interaction.isMessageContextMenuCommand()) {
        said.push(interaction.targetMessage.content);
        await interaction.deferReply();
      } else if (interaction.isChatInputCommand()) {
        const edit = new ButtonBuilder().setCustomId('edit:1').setLabel('Edit').setStyle(ButtonStyle.Primary);
        await interaction.reply({
          content: 'Done',
          components: [new ActionRowBuilder<ButtonBuilder>().addComponents(edit)],
        });
      }
    };
    const suggest = (interaction: AutocompleteInteraction) =>
      interaction.respond([{ name: `${interaction.options.getFocused()}-one`, value: 'one' }]);
    const show = (interaction: ButtonInteraction) =>
      interaction.showModal(
        new ModalBuilder()
          .setCustomId('words')
          .setTitle('Edit')
          .addLabelComponents(
            new LabelBuilder()
              .setLabel('Change')
              .setTextInputComponent(
                new TextInputBuilder().setCustomId('change').setStyle(TextInputStyle.Paragraph).setMaxLength(10),
              ),
          ),
      );
    const submit = async (interaction: ModalSubmitInteraction) => {
      said.push(interaction.fields.getTextInputValue('change'));
      if (interaction.isFromMessage()) await interaction.update({ content: 'Changed', components: [] });
    };
    await bot(discord, byKind);

    const typing = await discord.answered(discord.autocomplete('imagine', 'model', 'gp').id);
    expect(typing.answer?.choices).toEqual([{ name: 'gp-one', value: 'one' }]);

    discord.command('imagine', { prompt: 'x' });
    const message = await discord.untilMessage({ button: 'Edit' });
    const press = await discord.answered(discord.button(message.id, 'Edit', { user: 'ben' }).id);
    expect(() => discord.modal(press.id, { change: 'far too many words' })).toThrow('holds 10 characters');
    expect(() => discord.modal(press.id)).toThrow('required');
    discord.modal(press.id, { change: 'bluer' });
    await discord.untilMessage({ contains: 'Changed' });
    await discord.answered(discord.messageCommand('Edit this picture', message.id, { user: 'ben' }).id);
    expect(said).toEqual(['bluer', 'Changed']);
    expect(() => discord.button(message.id, 'Edit')).toThrow('nothing to press');
  });

  it('threads carry the id of their message and are told to the gateway', async () => {
    const discord = await started();
    const made = await loggedIn(discord);
    const created = once(made, Events.ThreadCreate);
    const channel = await made.channels.fetch(channelIn(discord, 'general'));
    if (!channel?.isSendable()) throw new Error('no channel');
    const root = await channel.send('root');
    const thread = await root.startThread({ name: 'progress' });
    expect(thread.id).toBe(root.id);
    await created;
    await thread.send({ content: 'card', files: [{ attachment: png(3), name: 'a fox.png', description: 'A fox' }] });
    expect(discord.messages(thread.id)).toMatchObject([
      { content: 'card', attachments: [{ filename: 'a_fox.png', description: 'A fox', size: 64, width: 320 }] },
    ]);
    expect(discord.transcript('general')).toContain('⤷ thread progress');
  });

  it('an event may be delivered twice, and what a broken connection missed comes with RESUME', async () => {
    const discord = await started();
    const heard: string[] = [];
    const made = await loggedIn(discord);
    // discord.js itself swallows the repetition, which a bot that restarted in between would not.
    made.on(Events.Raw, (packet: { t: string; d: { id: string } }) => {
      if (packet.t === 'MESSAGE_CREATE') heard.push(packet.d.id);
    });
    await discord.until(() => made.guilds.cache.first()?.available);
    const twice = discord.message('general', 'ben', 'one', { deliveries: 2 });
    await discord.connected();
    const resumed = once(made, Events.ShardResume);
    discord.dropGateway({ stayDown: true });
    const missed = discord.message('general', 'ben', 'two');
    expect(discord.gatewaySessions()).toBe(0);
    discord.restoreGateway();
    await resumed;
    await discord.connected();
    expect(heard).toEqual([twice.id, twice.id, missed.id]);
    expect(discord.requests().filter((request) => request.path === '/gateway/bot')).toHaveLength(1);
  });

  it('a wrong token and a privileged intent are refused', async () => {
    const discord = await started();
    await expect(client(discord).login('wrong')).rejects.toThrow();
    expect(discord.requests().at(-1)).toMatchObject({ status: 401 });
    const curious = client(discord, [GatewayIntentBits.MessageContent]);
    await expect(curious.login(discord.token)).rejects.toThrow(/disallowed intents/i);
    expect(discord.violations().at(-1)?.what).toContain('4014');
    const granted = await started({ allowMessageContent: true });
    const made = await loggedIn(granted, [GatewayIntentBits.MessageContent]);
    const heard = once(made, Events.MessageCreate);
    granted.message('general', 'ben', 'not for you');
    expect(((await heard) as [Message])[0].content).toBe('not for you');
  });

  it('shows the words of others only where the bot is addressed', async () => {
    const discord = await started();
    const heard: [string, number][] = [];
    const { promise: heardAll, resolve: stopHearing } = Promise.withResolvers<void>();
    const made = await bot(
      discord,
      (interaction) => interaction.isChatInputCommand() && interaction.reply('an answer'),
    );
    made.on(Events.MessageCreate, (message) => {
      if (!message.author.bot) heard.push([message.content, message.attachments.size]);
      if (message.channel.isDMBased()) stopHearing();
    });
    const plain = (await post(discord, { content: 'plain' })).json;
    discord.command('imagine', { prompt: 'x' });
    const answer = await discord.untilMessage({ contains: 'an answer' });
    const file = { filename: 'x.png', bytes: png(1) };
    discord.message('general', 'ben', 'a', { attachments: [file] });
    discord.message('general', 'ben', 'b', { mentions: ['easel'], attachments: [file] });
    discord.message('general', 'ben', 'c', { replyTo: plain.id });
    discord.message('general', 'ben', 'd', { replyTo: plain.id, ping: false });
    discord.message('general', 'ben', 'e', { replyTo: answer.id });
    discord.message('dm', 'ben', 'f');
    await heardAll;
    expect(heard).toEqual([
      ['', 0],
      [`<@${discord.applicationId}> b`, 1],
      ['c', 0],
      ['', 0],
      ['', 0],
      ['f', 0],
    ]);
    const listed = await ask(discord, 'GET', `/channels/${channelIn(discord, 'general')}/messages?limit=5`);
    expect((listed.json as unknown as { content: string }[]).map((message) => message.content)).toEqual([
      '',
      '',
      'c',
      `<@${discord.applicationId}> b`,
      '',
    ]);
  });
});

describe('interaction deadlines', () => {
  const answer = (discord: DiscordHandle, { id, token }: { id: string; token: string }, body: unknown, query = '') =>
    ask(discord, 'POST', `/interactions/${id}/${token}/callback${query}`, body);

  async function registered(options?: FakeDiscordOptions) {
    const discord = await started(options);
    await ask(discord, 'PUT', `/applications/${discord.applicationId}/commands`, [imagine, credits]);
    return discord;
  }

  it('later than three seconds is unknown, a second answer is refused, and fifteen minutes end it', async () => {
    let time = Date.UTC(2026, 10, 20);
    const discord = await registered({ clock: () => time });
    const late = discord.command('imagine', { prompt: 'x' });
    time += 3_001;
    expect(await answer(discord, late, { type: 5 })).toMatchObject({ status: 404, json: { code: 10062 } });
    const asked = discord.command('imagine', { prompt: 'x' });
    const webhook = `/webhooks/${discord.applicationId}/${asked.token}`;
    expect(await ask(discord, 'POST', webhook, { content: 'early' })).toMatchObject({
      status: 404,
      json: { code: 10015 },
    });
    expect(await answer(discord, asked, { type: 4, data: { content: '' } })).toMatchObject({
      status: 400,
      json: { code: 50006 },
    });
    expect(await answer(discord, asked, { type: 5 })).toMatchObject({ status: 204 });
    expect(await answer(discord, asked, { type: 4, data: { content: 'x' } })).toMatchObject({
      status: 400,
      json: { code: 40060 },
    });
    expect((await ask(discord, 'PATCH', `${webhook}/messages/@original`, { content: 'there' })).status).toBe(200);
    time += 15 * 60_000 + 1;
    expect(await ask(discord, 'PATCH', `${webhook}/messages/@original`, { content: 'x' })).toMatchObject({
      status: 401,
      json: { code: 50027 },
    });
    expect(discord.messages()).toMatchObject([{ content: 'there' }]);
  });

  it('answers only in ways that fit the interaction', async () => {
    const discord = await registered();
    const asked = discord.command('imagine', { prompt: 'x' });
    for (const body of [
      { type: 6 },
      { type: 7, data: { content: 'x' } },
      { type: 8, data: { choices: [] } },
      { type: 5, data: { content: 'x' } },
      { type: 4, data: { content: 'x', ephemeral: true } },
      { type: 9, data: { custom_id: 'm', title: 'x'.repeat(46), components: [] } },
      { kind: 4 },
    ])
      expect(await answer(discord, asked, body), JSON.stringify(body)).toMatchObject({
        status: 400,
        json: { code: 50035 },
      });
    const typing = discord.autocomplete('imagine', 'model', 'g');
    expect(await answer(discord, typing, { type: 4, data: { content: 'x' } })).toMatchObject({ json: { code: 50035 } });
    const many = Array.from({ length: 26 }, (_, n) => ({ name: `${n}`, value: `${n}` }));
    expect(await answer(discord, typing, { type: 8, data: { choices: many } })).toMatchObject({
      json: { code: 50035 },
    });
    expect(
      await answer(discord, asked, { type: 4, data: { content: 'x', flags: 64 } }, '?with_response=true'),
    ).toMatchObject({
      status: 200,
      json: {
        interaction: { id: asked.id, response_message_ephemeral: true },
        resource: { type: 4, message: { content: 'x', flags: 64 } },
      },
    });
    const [hidden] = discord.messages();
    expect(await patch(discord, hidden?.id ?? '', { content: 'y' })).toMatchObject({
      status: 404,
      json: { code: 10008 },
    });
  });

  it('a client sends nothing that its command does not allow', async () => {
    const discord = await registered();
    expect(() => discord.command('draw')).toThrow('No command "draw"');
    expect(() => discord.command('imagine')).toThrow('needs the option "prompt"');
    expect(() => discord.command('imagine', { prompt: 'x', size: 1 })).toThrow('no option "size"');
    expect(() => discord.command('imagine', { prompt: 'x', count: 5 })).toThrow('at most 4');
    expect(() => discord.command('imagine', { prompt: 'x', shape: 'round' })).toThrow('one of square, wide');
    expect(() => discord.command('imagine', { prompt: 'x'.repeat(101) })).toThrow('at most 100');
    expect(() => discord.command('credits', {})).toThrow('needs one of its subcommands');
    const image = { filename: 'x.png', bytes: Buffer.alloc(10 * 1024 * 1024 + 1) };
    expect(() => discord.command('imagine', { prompt: 'x' }, { attachments: { image } })).toThrow('too large');
  });
});

const many = (count: number) => Array.from({ length: count }, (_, n) => ({ label: `${n}`, value: `${n}` }));

describe('modals', () => {
  const label = (component: object, more: object = {}) => ({ type: 18, label: 'A label', component, ...more });
  const words = (more: object = {}) => ({ type: 4, custom_id: 'words', style: 2, ...more });
  const files = (more: object = {}) => ({ type: 19, custom_id: 'files', ...more });
  const choice = (more: object = {}) => ({
    type: 3,
    custom_id: 'shape',
    options: ['square', 'wide'].map((value) => ({ label: value, value })),
    ...more,
  });
  const modal = (...components: object[]) => ({
    type: 9,
    data: { custom_id: 'form:1', title: 'Edit', components },
  });
  const answer = (discord: DiscordHandle, { id, token }: { id: string; token: string }, body: unknown) =>
    ask(discord, 'POST', `/interactions/${id}/${token}/callback`, body);

  interface Sent {
    readonly components: readonly { readonly component: { readonly values?: string[]; readonly value?: string } }[];
    readonly resolved: { readonly attachments: Readonly<Record<string, object>> };
  }

  async function asked() {
    const discord = await started();
    await ask(discord, 'PUT', `/applications/${discord.applicationId}/commands`, [imagine]);
    return { discord, interaction: discord.command('imagine', { prompt: 'x' }, { user: 'ben' }) };
  }

  const bad: [string, object][] = [
    ['no component', modal()],
    ['six components', modal(...[1, 2, 3, 4, 5, 6].map((n) => label(words({ custom_id: `${n}` }))))],
    ['a long title', { type: 9, data: { ...modal(label(words())).data, title: 'x'.repeat(46) } }],
    ['a long label', modal(label(words(), { label: 'x'.repeat(46) }))],
    ['a label without a child', modal({ type: 18, label: 'A label' })],
    ['a label with two children', modal({ type: 18, label: 'A label', components: [words(), files()] })],
    ['an input without a label', modal(words())],
    ['a file upload in a row', modal({ type: 1, components: [files()] })],
    ['a button', modal(label({ type: 2, style: 1, label: 'x', custom_id: 'x' }))],
    ['too much text', modal(label(words({ max_length: 4001 })))],
    ['a long placeholder', modal(label(words({ placeholder: 'x'.repeat(101) })))],
    ['eleven files', modal(label(files({ max_values: 11 })))],
    ['more files at least than at most', modal(label(files({ min_values: 3, max_values: 2 })))],
    ['no file where one is required', modal(label(files({ min_values: 0 })))],
    ['a disabled menu', modal(label(choice({ disabled: true })))],
    ['more choices than options', modal(label(choice({ max_values: 3 })))],
    ['twenty-six options', modal(label(choice({ options: many(26) })))],
    ['the same custom id twice', modal(label(words()), label(files({ custom_id: 'words' })))],
  ];
  it.each(bad)('refuses %s', async (_, body) => {
    const { discord, interaction } = await asked();
    expect(await answer(discord, interaction, body)).toMatchObject({ status: 400, json: { code: 50035 } });
  });

  it('come as the first answer only, and not to what a modal sent', async () => {
    const { discord, interaction } = await asked();
    const form = modal(label(words()), label(files({ required: false, min_values: 0, max_values: 2 })));
    expect((await answer(discord, interaction, form)).status).toBe(204);
    expect(await answer(discord, interaction, form)).toMatchObject({ status: 400, json: { code: 40060 } });
    const sent = discord.modal(interaction.id, { words: 'bluer' });
    expect(await answer(discord, sent, form)).toMatchObject({ status: 400, json: { code: 50035 } });
    const deferred = discord.command('imagine', { prompt: 'x' });
    await answer(discord, deferred, { type: 5 });
    expect(await answer(discord, deferred, form)).toMatchObject({ status: 400, json: { code: 40060 } });
  });

  it('bring what was filled in, files as attachments that no message holds', async () => {
    const { discord, interaction } = await asked();
    const made = await loggedIn(discord);
    const heard = Promise.withResolvers<Sent>();
    made.on(Events.Raw, ({ t, d }: { t: string; d: { data: Sent } }) => {
      if (t === 'INTERACTION_CREATE') heard.resolve(d.data);
    });
    await answer(discord, interaction, modal(label(words()), label(files({ max_values: 2 })), label(choice())));
    const image = { filename: 'in.png', bytes: png(1) };
    expect(() => discord.modal(interaction.id, { words: 'x', shape: 'wide' })).toThrow('between 1 and 2');
    expect(() => discord.modal(interaction.id, { words: 'x', shape: 'oval', files: image })).toThrow('does not offer');
    discord.modal(interaction.id, { words: 'bluer', shape: 'wide', files: [image, image] });
    const { components, resolved } = await heard.promise;
    const ids = components[1]?.component.values ?? [];
    expect(components.map(({ component }) => component.value ?? component.values)).toEqual(['bluer', ids, ['wide']]);
    expect(Object.keys(resolved.attachments)).toEqual(ids);
    const attachment = { filename: 'in.png', size: 64, ephemeral: true };
    expect(Object.values(resolved.attachments)).toMatchObject([attachment, attachment]);
  });
});

describe('messages', () => {
  const button = (more: object = {}) => ({ type: 2, style: 1, label: 'Go', custom_id: 'go', ...more });
  const row = (...components: unknown[]) => ({ type: 1, components });
  const refusals: [string, unknown, number, number][] = [
    ['nothing', {}, 400, 50006],
    ['blank content', { content: '  ' }, 400, 50006],
    ['long content', { content: 'x'.repeat(2001) }, 400, 50035],
    ['a misspelt key', { content: 'x', allowedMentions: {} }, 400, 50035],
    ['a misspelt key deep inside', { content: 'x', components: [row(button({ customId: 'x' }))] }, 400, 50035],
    [
      'six rows',
      { content: 'x', components: [0, 1, 2, 3, 4, 5].map((n) => row(button({ custom_id: `${n}` }))) },
      400,
      50035,
    ],
    [
      'six buttons',
      { content: 'x', components: [row(...[0, 1, 2, 3, 4, 5].map((n) => button({ custom_id: `${n}` })))] },
      400,
      50035,
    ],
    ['an empty row', { content: 'x', components: [row()] }, 400, 50035],
    ['a long label', { content: 'x', components: [row(button({ label: 'x'.repeat(81) }))] }, 400, 50035],
    ['a long custom id', { content: 'x', components: [row(button({ custom_id: 'x'.repeat(101) }))] }, 400, 50035],
    ['no style', { content: 'x', components: [row({ type: 2, label: 'x', custom_id: 'x' })] }, 400, 50035],
    ['the same custom id twice', { content: 'x', components: [row(button(), button())] }, 400, 50035],
    ['a link button with a custom id', { content: 'x', components: [row(button({ style: 5 }))] }, 400, 50035],
    ['V2 with content', { content: 'x', flags: 32768, components: [{ type: 10, content: 'x' }] }, 400, 50035],
    ['V2 parts without the flag', { content: 'x', components: [{ type: 10, content: 'x' }] }, 400, 50035],
    ['an ephemeral flag', { content: 'x', flags: 64 }, 400, 50035],
    ['a long nonce', { content: 'x', nonce: 'x'.repeat(26) }, 400, 50035],
    [
      'parse and users together',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['100000000000000001'] } },
      400,
      50035,
    ],
    ['long embeds', { embeds: [1, 2].map(() => ({ description: 'x'.repeat(3001) })) }, 400, 50035],
    ['an unknown upload', { content: 'x', attachments: [{ id: 0 }] }, 400, 50146],
    [
      'an unknown message to answer',
      { content: 'x', message_reference: { message_id: '100000000000000001' } },
      400,
      50035,
    ],
  ];
  it.each(refusals)('refuses %s', async (_, body, status, code) => {
    const discord = await started();
    const { status: got, json } = await post(discord, body);
    expect([got, json.code]).toEqual([status, code]);
    if (code === 50035) expect(JSON.stringify(json.errors)).toContain('_errors');
    expect(discord.messages()).toEqual([]);
    expect(discord.violations()).toHaveLength(1);
  });

  it('refuses what has no token, no user agent, no route, no channel, no JSON', async () => {
    const discord = await started();
    const path = `${discord.api}/v10/channels/${channelIn(discord, 'general')}/messages`;
    const agent = { 'user-agent': 'DiscordBot (https://example.com, 1)' };
    expect((await fetch(path, { headers: agent })).status).toBe(401);
    expect((await fetch(path)).status).toBe(403);
    expect((await ask(discord, 'GET', '/nowhere')).status).toBe(404);
    expect(await ask(discord, 'GET', '/channels/100000000000000001')).toMatchObject({
      status: 404,
      json: { code: 10003 },
    });
    const broken = await fetch(path, {
      method: 'POST',
      headers: { ...agent, authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
      body: '{',
    });
    expect(await broken.json()).toMatchObject({ code: 50109 });
  });

  it('keeps the bytes, and edits keep, add and replace attachments as documented', async () => {
    const discord = await started({ rateLimits: false });
    const files = {
      'files[0]': { name: 'a.png', bytes: png(1, 5000) },
      'files[1]': { name: 'b.png', bytes: png(2, 6000) },
    };
    const sent = await post(discord, { content: 'x', attachments: [{ id: 0, description: 'A' }, { id: '1' }] }, files);
    expect(sent.status).toBe(200);
    const { id } = sent.json;
    const [a, b] = sent.json.attachments as { id: string; url: string }[];
    const download = await fetch(a?.url ?? '');
    expect(Buffer.from(await download.arrayBuffer())).toEqual(png(1, 5000));
    expect(await fetch(String(a?.url).replace(/hm=./, 'hm=!'))).toMatchObject({ status: 404 });
    const names = () => discord.messages('general')[0]?.attachments.map((item) => item.filename);
    await patch(discord, id, { content: 'y' });
    expect(names()).toEqual(['a.png', 'b.png']);
    await patch(discord, id, {}, { 'files[0]': { name: 'c.png', bytes: png(3) } });
    expect(names()).toEqual(['a.png', 'b.png', 'c.png']);
    await patch(
      discord,
      id,
      { attachments: [{ id: b?.id }, { id: 0 }] },
      { 'files[0]': { name: 'd.png', bytes: png(4) } },
    );
    expect(names()).toEqual(['b.png', 'd.png']);
    expect(
      await patch(discord, id, { attachments: [{ id: b?.id }] }, { 'files[0]': { name: 'e.png', bytes: png(4) } }),
    ).toMatchObject({ json: { code: 50035 } });
    await patch(discord, id, { attachments: [] });
    expect(names()).toEqual([]);
    expect(await patch(discord, id, { content: '' })).toMatchObject({ json: { code: 50006 } });
  });

  it('gives files an address that ends after a day, and a new one when the message is read again', async () => {
    let time = Date.UTC(2026, 10, 20);
    const discord = await started({ clock: () => time });
    const said = discord.message('general', 'ben', 'x', {
      mentions: ['easel'],
      attachments: [{ filename: 'x.png', bytes: png(1) }],
    });
    const again = () => ask(discord, 'GET', `/channels/${said.channelId}/messages/${said.id}`);
    const urlIn = ({ json }: Answer) => (json.attachments as { url: string }[])[0]?.url ?? '';
    const first = urlIn(await again());
    expect((await fetch(first)).status).toBe(200);
    time += 86_401_000;
    const late = await fetch(first);
    expect([late.status, await late.text()]).toEqual([404, 'This content is no longer available.']);
    const second = urlIn(await again());
    expect(second).not.toBe(first);
    expect((await fetch(second)).status).toBe(200);
    discord.deleteMessage(said.id);
    expect((await fetch(second)).status).toBe(404);
  });

  it('answers a deleted message with one of its own, if that was allowed', async () => {
    const discord = await started();
    const said = discord.message('general', 'ben', 'x');
    discord.deleteMessage(said.id);
    const reference = { message_id: said.id };
    expect(await post(discord, { content: 'y', message_reference: reference })).toMatchObject({
      json: { code: 50035 },
    });
    const lenient = { ...reference, fail_if_not_exists: false };
    const sent = await post(discord, {
      content: 'y',
      message_reference: lenient,
      allowed_mentions: { replied_user: true },
    });
    expect(sent).toMatchObject({ status: 200, json: { type: 0 } });
    expect(discord.pings()).toEqual([]);
  });

  it('limits files by the boost of the guild', async () => {
    const discord = await started({ keepBytes: false });
    const large = { 'files[0]': { name: 'a.png', bytes: Buffer.alloc(10 * 1024 * 1024 + 1) } };
    expect(await post(discord, { content: 'x' }, large)).toMatchObject({ status: 413, json: { code: 40005 } });
    discord.setBoostTier('Fox Den', 2);
    expect((await post(discord, { content: 'x' }, large)).status).toBe(200);
    const [sent] = discord.messages();
    expect(sent?.attachments[0]?.sha256).toHaveLength(64);
    expect(discord.bytes(sent?.attachments[0]?.id ?? '')).toBeUndefined();
    const eleven = Object.fromEntries(
      Array.from({ length: 11 }, (_, n) => [`files[${n}]`, { name: 'a', bytes: png(1) }]),
    );
    expect(await post(discord, { content: 'x' }, eleven)).toMatchObject({ status: 400, json: { code: 30015 } });
  });

  it('a repeated nonce gives the first message', async () => {
    const discord = await started();
    const first = await post(discord, { content: 'one', nonce: 'n1', enforce_nonce: true });
    const again = await post(discord, { content: 'two', nonce: 'n1', enforce_nonce: true });
    expect(again.json.id).toBe(first.json.id);
    expect(discord.messages()).toMatchObject([{ content: 'one', nonce: 'n1' }]);
    await post(discord, { content: 'three', nonce: 'n1' });
    expect(discord.messages()).toHaveLength(2);
  });

  it('records whom a message pings, by its own words and by allowed_mentions', async () => {
    const discord = await started({ rateLimits: false });
    const { ana = '', ben = '' } = discord.about().users;
    const words = `<@${ana}> <@${ben}> <@100000000000000001> @everyone`;
    const all = await post(discord, { content: words });
    await post(discord, { content: words, allowed_mentions: { parse: [] } });
    const some = await post(discord, { content: words, allowed_mentions: { users: [ben] } });
    const said = discord.message('general', 'ana', 'hi');
    const reference = { message_id: said.id };
    const reply = await post(discord, { content: 'x', message_reference: reference });
    await post(discord, {
      content: 'x',
      message_reference: reference,
      allowed_mentions: { parse: ['users'], replied_user: false },
    });
    await patch(discord, some.json.id, { content: `<@${ana}>` });
    expect(discord.pings().map(({ messageId, kind, id, byEdit }) => [messageId, kind, id, byEdit])).toEqual([
      [all.json.id, 'user', ana, false],
      [all.json.id, 'user', ben, false],
      [all.json.id, 'everyone', channelIn(discord, 'general'), false],
      [some.json.id, 'user', ben, false],
      [reply.json.id, 'reply', ana, false],
      [some.json.id, 'user', ana, true],
    ]);
  });

  it('records links that hide their address', async () => {
    const discord = await started({ rateLimits: false });
    for (const content of [
      '\\[a](https://a.test)',
      '`[b](https://b.test)`',
      '```\n[c](https://c.test)\n```',
      '[d]\\(https://d.test)',
      '[e] (https://e.test)',
      'https://f.test',
    ])
      await post(discord, { content });
    expect(discord.links()).toEqual([]);
    const sent = await post(discord, { content: 'see ` [here](https://x.test/a) and [there](<https://y.test>)' });
    await post(discord, { embeds: [{ description: '[z](https://z.test)' }] });
    expect(discord.links().map(({ label, url }) => [label, url])).toEqual([
      ['here', 'https://x.test/a'],
      ['there', 'https://y.test'],
      ['z', 'https://z.test'],
    ]);
    expect(discord.links()[0]?.messageId).toBe(sent.json.id);
  });

  it('files in a V2 layout leave the list of attachments', async () => {
    const discord = await started();
    const layout = new ContainerBuilder()
      .addTextDisplayComponents((text) => text.setContent('A fox'))
      .addMediaGalleryComponents((gallery) => gallery.addItems((item) => item.setURL('attachment://fox.png')))
      .toJSON();
    const body = { flags: 32768, components: [layout], attachments: [{ id: 0 }] };
    expect(await post(discord, body, { 'files[0]': { name: 'cat.png', bytes: png(1) } })).toMatchObject({
      json: { code: 50035 },
    });
    const sent = await post(discord, body, { 'files[0]': { name: 'fox.png', bytes: png(1) } });
    expect(sent.json.attachments).toEqual([]);
    expect(JSON.stringify(sent.json.components)).toContain('attachment_id');
    expect(discord.messages()[0]?.attachments).toHaveLength(1);
    expect(await patch(discord, sent.json.id, { content: 'x' })).toMatchObject({ json: { code: 50035 } });
  });

  it('lists, gives and deletes', async () => {
    const discord = await started({ rateLimits: false });
    const ids: string[] = [];
    for (const content of ['1', '2', '3']) ids.push((await post(discord, { content })).json.id);
    const path = `/channels/${channelIn(discord, 'general')}/messages`;
    const listed = async (query: string) =>
      ((await ask(discord, 'GET', `${path}?${query}`)).json as unknown as { content: string }[]).map(
        (item) => item.content,
      );
    expect(await listed('limit=2')).toEqual(['3', '2']);
    expect(await listed(`before=${ids[2]}&limit=1`)).toEqual(['2']);
    expect(await listed(`after=${ids[0]}`)).toEqual(['3', '2']);
    expect((await ask(discord, 'GET', `${path}?limit=101`)).json.code).toBe(50035);
    expect((await ask(discord, 'DELETE', `${path}/${ids[0]}`)).status).toBe(204);
    expect(await patch(discord, ids[0] ?? '', { content: 'x' })).toMatchObject({ status: 404, json: { code: 10008 } });
    const foreign = discord.message('general', 'ben', 'mine');
    expect(await patch(discord, foreign.id, { content: 'x' })).toMatchObject({ status: 403, json: { code: 50005 } });
    expect(await ask(discord, 'DELETE', `${path}/${foreign.id}`)).toMatchObject({ status: 403, json: { code: 50013 } });
  });
});

describe('places', () => {
  const { ViewChannel, SendMessages, AttachFiles, CreatePublicThreads, ReadMessageHistory } = PermissionFlagsBits;

  it('asks for permissions', async () => {
    const discord = await started({ rateLimits: false });
    const root = (await post(discord, { content: 'x' })).json.id;
    const thread = `/channels/${channelIn(discord, 'general')}/messages/${root}/threads`;
    const file = { 'files[0]': { name: 'a.png', bytes: png(1) } };
    const withBits = (bits: bigint) => discord.setPermissions('general', bits);
    withBits(0n);
    expect(await post(discord, { content: 'x' })).toMatchObject({ status: 403, json: { code: 50001 } });
    withBits(ViewChannel);
    expect(await post(discord, { content: 'x' })).toMatchObject({ status: 403, json: { code: 50013 } });
    withBits(ViewChannel | SendMessages);
    expect(await post(discord, { content: 'x' }, file)).toMatchObject({ status: 403, json: { code: 50013 } });
    expect(await post(discord, { content: 'x', message_reference: { message_id: root } })).toMatchObject({
      status: 403,
      json: { code: 160002 },
    });
    expect(await ask(discord, 'POST', thread, { name: 'x' })).toMatchObject({ status: 403, json: { code: 50013 } });
    withBits(ViewChannel | SendMessages | AttachFiles | CreatePublicThreads | ReadMessageHistory);
    expect((await post(discord, { content: 'x' }, file)).status).toBe(200);
    expect((await ask(discord, 'POST', thread, { name: 'x' })).status).toBe(201);
    expect(await ask(discord, 'POST', `/channels/${root}/messages`, { content: 'x' })).toMatchObject({
      status: 403,
      json: { code: 50013 },
    });
  });

  it('starts one thread per message, not in threads or DMs, and minds archived and locked ones', async () => {
    const discord = await started({ rateLimits: false });
    const root = (await post(discord, { content: 'x' })).json.id;
    const start = (channel: string, message: string, name = 'x') =>
      ask(discord, 'POST', `/channels/${channel}/messages/${message}/threads`, { name });
    const general = channelIn(discord, 'general');
    expect(await start(general, root, '')).toMatchObject({ status: 400, json: { code: 50035 } });
    expect(await start(general, root)).toMatchObject({ status: 201, json: { id: root, type: 11, parent_id: general } });
    expect(await start(general, root)).toMatchObject({ status: 400, json: { code: 160004 } });
    const inside = (await ask(discord, 'POST', `/channels/${root}/messages`, { content: 'y' })).json.id;
    expect(await start(root, inside)).toMatchObject({ status: 400, json: { code: 50024 } });
    const said = discord.message('dm', 'ben', 'x');
    expect(await start(said.channelId, said.id)).toMatchObject({ status: 403, json: { code: 50003 } });

    discord.archiveThread(root);
    expect(await ask(discord, 'PATCH', `/channels/${root}/messages/${inside}`, { content: 'z' })).toMatchObject({
      status: 400,
      json: { code: 50083 },
    });
    expect((await ask(discord, 'POST', `/channels/${root}/messages`, { content: 'wakes it' })).status).toBe(200);
    expect(discord.threads()).toMatchObject([{ archived: false, messageCount: 2 }]);
    discord.lockThread(root);
    expect(await ask(discord, 'POST', `/channels/${root}/messages`, { content: 'x' })).toMatchObject({
      json: { code: 160005 },
    });
    discord.deleteChannel(root);
    expect(await ask(discord, 'POST', `/channels/${root}/messages`, { content: 'x' })).toMatchObject({
      status: 404,
      json: { code: 10003 },
    });
  });

  it('archives quiet threads, and tells of a message before it tells that its thread woke up', async () => {
    const discord = await started({ rateLimits: false });
    const root = (await post(discord, { content: 'x' })).json.id;
    const thread = `/channels/${channelIn(discord, 'general')}/messages/${root}/threads`;
    await ask(discord, 'POST', thread, { name: 'x', auto_archive_duration: 60 });
    discord.advance(3_599_000);
    expect(discord.threads()).toMatchObject([{ archived: false }]);
    discord.advance(1_000);
    expect(discord.threads()).toMatchObject([{ archived: true }]);
    const made = await loggedIn(discord);
    expect(made.channels.cache.has(root)).toBe(false);
    const told = toldUntil(made, 'THREAD_UPDATE');
    discord.message(root, 'ben', 'anybody there?');
    expect(await told).toEqual([expect.stringMatching(/^MESSAGE_CREATE /), `THREAD_UPDATE ${root}`]);
    expect(discord.threads()).toMatchObject([{ archived: false, isPrivate: false }]);
  });

  it('has private threads, which nobody sees who was not invited', async () => {
    const discord = await started({ rateLimits: false });
    const made = await loggedIn(discord);
    const told = toldUntil(made, 'MESSAGE_CREATE');
    const thread = discord.privateThread('general', 'ben', { name: 'plans', invited: [] });
    const hidden = discord.message(thread, 'ben', 'only me');
    expect((await ask(discord, 'GET', `/channels/${thread}`)).json.code).toBe(50001);
    expect((await ask(discord, 'POST', `/channels/${thread}/messages`, { content: 'x' })).json.code).toBe(50001);
    expect(() => discord.message(thread, 'cleo', 'hello')).toThrow('was not invited');
    expect(() => discord.privateThread('lounge', 'ben')).toThrow('text channels');

    const seen = discord.message(thread, 'ben', 'come in', { mentions: ['easel', 'cleo'] });
    expect(await told).toEqual([
      `THREAD_CREATE ${thread}`,
      `THREAD_MEMBERS_UPDATE ${thread}`,
      `MESSAGE_CREATE ${seen.id}`,
    ]);
    expect(await ask(discord, 'GET', `/channels/${thread}`)).toMatchObject({
      json: { type: 12, parent_id: channelIn(discord, 'general'), thread_metadata: { invitable: true } },
    });
    discord.message(thread, 'cleo', 'hello');
    expect(discord.threads()).toMatchObject([{ id: thread, name: 'plans', isPrivate: true, messageCount: 3 }]);
    expect(discord.transcript('general')).toContain('⤷ thread plans');
    expect(discord.messages(thread)[0]?.id).toBe(hidden.id);
  });

  it('passes messages on as they were, and shows what links lead to, to whom may read it', async () => {
    const discord = await started({ rateLimits: false });
    const url = 'https://pictures.example/fox.png';
    const attachments = [{ filename: 'cat.png', bytes: png(1) }];
    const first = discord.message('general', 'ben', `look ${url}`, { attachments, linked: [{ url, bytes: png(2) }] });
    const again = discord.forward(first.id, 'dm', 'ben');
    discord.editMessage(first.id, 'nothing');
    const read = async ({ channelId, id }: { channelId: string; id: string }) =>
      (await ask(discord, 'GET', `/channels/${channelId}/messages/${id}`)).json;
    const snapshot = {
      type: 0,
      content: `look ${url}`,
      attachments: [{ filename: 'cat.png' }],
      embeds: [{ type: 'image' }],
    };
    expect(await read(again)).toMatchObject({
      ...{ type: 0, content: '', attachments: [], embeds: [] },
      message_reference: { type: 1, message_id: first.id, channel_id: first.channelId, guild_id: discord.guildId },
      message_snapshots: [{ message: snapshot }],
    });
    expect(await read(first)).toMatchObject({ content: '', attachments: [], embeds: [] });
    expect(await read(discord.forward(first.id, 'general', 'ben'))).toMatchObject({
      message_snapshots: [{ message: { content: '', attachments: [], embeds: [] } }],
    });
    expect(() => discord.forward(again.id, 'general', 'ben')).toThrow('can not be passed on');
    expect(() => discord.message('general', 'ben', 'look', { linked: [{ url, bytes: png(2) }] })).toThrow('no link');

    const [embed] = first.embeds as { thumbnail: { proxy_url: string; width: number } }[];
    expect(embed?.thumbnail.width).toBe(320);
    const copy = await fetch(embed?.thumbnail.proxy_url ?? '');
    expect(Buffer.from(await copy.arrayBuffer()).equals(png(2))).toBe(true);
  });

  it('may have other bots', async () => {
    const discord = await started({ rateLimits: false, users: [{ name: 'ben' }, { name: 'rival', bot: true }] });
    discord.message('general', 'rival', 'hello');
    expect(discord.messages('general')).toMatchObject([{ author: { name: 'rival', bot: true } }]);
    expect(discord.message('general', 'ben', 'hello').author.bot).toBe(false);
  });

  it('opens DMs, and some people refuse them', async () => {
    const discord = await started({
      users: [{ name: 'ben' }, { name: 'cleo', refusesDms: true }, { name: 'dora', stranger: true }],
    });
    const dm = async (name: string) => {
      const opened = await ask(discord, 'POST', '/users/@me/channels', { recipient_id: discord.about().users[name] });
      return ask(discord, 'POST', `/channels/${opened.json.id}/messages`, { content: 'x' });
    };
    expect((await dm('ben')).status).toBe(200);
    expect(discord.messages('dm:ben')).toMatchObject([{ content: 'x' }]);
    expect(await dm('cleo')).toMatchObject({ status: 403, json: { code: 50007 } });
    expect(await dm('dora')).toMatchObject({ status: 403, json: { code: 50278 } });
    expect(await post(discord, { content: 'x' }, undefined, 'nowhere')).toMatchObject({ status: 404 });
  });
});

describe('commands', () => {
  const option = (more: object = {}) => ({ type: 3, name: 'a', description: 'a', ...more });
  const slash = (more: object = {}) => ({ name: 'a', description: 'a', ...more });
  const bad: [string, unknown][] = [
    ['capitals', slash({ name: 'Draw' })],
    ['a space', slash({ name: 'a b' })],
    ['no description', { name: 'a' }],
    ['a description on a message command', { name: 'a', type: 3, description: 'x' }],
    ['required after optional', slash({ options: [option(), option({ name: 'b', required: true })] })],
    ['twenty-six options', slash({ options: Array.from({ length: 26 }, (_, n) => option({ name: `o${n}` })) })],
    ['the same option twice', slash({ options: [option(), option()] })],
    [
      'choices with autocomplete',
      slash({ options: [option({ autocomplete: true, choices: [{ name: 'x', value: 'x' }] })] }),
    ],
    ['long choices', slash({ options: [option({ choices: [{ name: 'x', value: 'x'.repeat(101) }] })] })],
    ['text choices of a number', slash({ options: [option({ type: 4, choices: [{ name: 'x', value: 'x' }] })] })],
    ['length bounds of a number', slash({ options: [option({ type: 4, max_length: 3 })] })],
    ['min above max', slash({ options: [option({ type: 4, min_value: 3, max_value: 1 })] })],
    ['subcommands beside options', slash({ options: [option(), { type: 1, name: 'b', description: 'b' }] })],
    [
      'a group in a group',
      slash({
        options: [{ type: 2, name: 'g', description: 'g', options: [{ type: 2, name: 'h', description: 'h' }] }],
      }),
    ],
    ['an unknown context', slash({ contexts: [3] })],
    ['an unknown locale', slash({ name_localizations: { xx: 'a' } })],
    [
      'more than 8000 characters',
      slash({
        options: Array.from({ length: 25 }, (_, n) =>
          option({
            name: `o${n}`,
            choices: Array.from({ length: 4 }, (_, m) => ({ name: `${m}${'x'.repeat(99)}`, value: `${m}` })),
          }),
        ),
      }),
    ],
    ['an unknown key', slash({ dmPermission: true })],
    [
      'ten and more file types',
      slash({ options: [option({ type: 11, file_types: Array.from({ length: 11 }, (_, n) => `.x${n}`) })] }),
    ],
  ];
  it.each(bad)('refuses %s', async (_, command) => {
    const discord = await started();
    expect(await ask(discord, 'PUT', `/applications/${discord.applicationId}/commands`, [command])).toMatchObject({
      status: 400,
      json: { code: 50035 },
    });
  });

  it('replaces, adds, changes and counts', async () => {
    const discord = await started();
    const path = `/applications/${discord.applicationId}/commands`;
    const made = await ask(discord, 'POST', path, slash());
    expect(made.status).toBe(201);
    expect((await ask(discord, 'POST', path, slash({ description: 'b' }))).status).toBe(200);
    expect((await ask(discord, 'PATCH', `${path}/${made.json.id}`, { description: 'c' })).json).toMatchObject({
      id: made.json.id,
      description: 'c',
    });
    expect(await ask(discord, 'PUT', path, [slash(), slash()])).toMatchObject({ json: { code: 50035 } });
    const many = Array.from({ length: 16 }, (_, n) => ({ name: `Do ${n}`, type: 3 }));
    expect(await ask(discord, 'PUT', path, many)).toMatchObject({ json: { code: 30032 } });
    expect(
      (
        await ask(discord, 'PUT', `/applications/${discord.applicationId}/guilds/${discord.guildId}/commands`, [
          slash({ name: 'here', contexts: [0] }),
        ])
      ).status,
    ).toBe(200);
    expect(discord.commands('Fox Den')).toMatchObject([{ name: 'here', guild_id: discord.guildId }]);
    expect(() => discord.command('here', {}, { channel: 'dm' })).toThrow('No command');
  });
});

describe('limits and faults', () => {
  it('the sixth message within five seconds gets 429, in another channel it does not', async () => {
    const discord = await started();
    for (let round = 0; round < 5; round += 1) expect((await post(discord, { content: 'x' })).status).toBe(200);
    expect(await post(discord, { content: 'x' })).toMatchObject({
      status: 429,
      json: { global: false, retry_after: expect.any(Number) },
    });
    expect((await post(discord, { content: 'x' }, undefined, 'art')).status).toBe(200);
    expect(discord.rateLimited()).toMatchObject([{ method: 'POST', scope: 'user' }]);
    discord.advance(5_000);
    expect((await post(discord, { content: 'x' })).status).toBe(200);
    const { headers } = await fetch(`${discord.api}/v10/channels/${channelIn(discord, 'art')}/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bot ${discord.token}`,
        'user-agent': 'DiscordBot (https://example.com, 1)',
        'content-type': 'application/json',
      },
      body: '{"content":"x"}',
    });
    expect(headers.get('x-ratelimit-remaining')).toBe('4');
  });

  it('fifty requests a second are the most in all', async () => {
    const discord = await started();
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask(discord, 'GET', '/users/@me')));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
    expect(discord.rateLimited()[0]).toMatchObject({ scope: 'global' });
  });

  it('notes edits that follow too fast', async () => {
    const discord = await started();
    const { id } = (await post(discord, { content: 'x' })).json;
    await patch(discord, id, { content: '1' });
    discord.advance(2_500);
    await patch(discord, id, { content: '2' });
    expect(discord.fastEdits()).toEqual([]);
    await patch(discord, id, { content: '3' });
    expect(discord.fastEdits(id)).toHaveLength(1);
    expect(discord.messages()[0]?.editedMs).toHaveLength(3);
  });

  it('fails, drops and delays as told, before or after the work', async () => {
    const discord = await started();
    const matcher = { method: 'POST', path: '/messages$' };
    discord.fail(matcher, { status: 503 });
    expect((await post(discord, { content: '1' })).status).toBe(503);
    discord.fail(matcher, { status: 500, afterWorking: true });
    expect((await post(discord, { content: '2' })).status).toBe(500);
    discord.fail(matcher, { drop: true, afterWorking: true });
    await expect(post(discord, { content: '3' })).rejects.toThrow();
    discord.fail(matcher, { status: 429, retryAfter: 7 });
    expect(await post(discord, { content: '4' })).toMatchObject({ status: 429, json: { retry_after: 7 } });
    expect(discord.messages().map((message) => message.content)).toEqual(['2', '3']);
    discord.delay(matcher, 60_000);
    const slow = post(discord, { content: '5' });
    await discord.until(() => discord.held() === 1);
    discord.clearFaults();
    expect((await slow).status).toBe(200);
    expect(discord.violations().filter((item) => item.kind === 'rate-limited')).toEqual([]);
  });

  it('discord.js gets through a dropped answer without posting twice', async () => {
    const discord = await started();
    const rest = new REST({ api: discord.api, retries: 2 }).setToken(discord.token);
    discord.fail({ path: '/messages$' }, { status: 502, afterWorking: true });
    await rest.post(`/channels/${channelIn(discord, 'general')}/messages`, {
      body: { content: 'once', nonce: 'a', enforce_nonce: true },
    });
    expect(discord.requests().map((request) => request.status)).toEqual([502, 200]);
    expect(discord.messages()).toHaveLength(1);
  });

  it('waiting in vain shows what was said instead', async () => {
    const discord = await started();
    await post(discord, { content: 'only this' });
    await expect(discord.until(() => discord.messages().length === 2, 1)).rejects.toThrow('only this');
  });

  it('forgets on reset', async () => {
    const discord = await started();
    await post(discord, { content: '<@100000000000000001> [a](https://a.test)' });
    await post(discord, {});
    discord.reset();
    expect([discord.messages(), discord.requests(), discord.violations(), discord.links()]).toEqual([[], [], [], []]);
  });
});

describe('as a process', () => {
  it('offers the same handle over HTTP, bytes included', async () => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./discord/main.ts', import.meta.url)), '{"rateLimits":false}'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    stops.push(async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const about = JSON.parse(line) as ReturnType<DiscordHandle['about']>;
    const remote: AsyncMethods<DiscordHandle> = control<DiscordHandle>(about.url);
    const made = client(about);
    const ready = once(made, Events.ClientReady);
    await made.login(about.token);
    await ready;
    await made.application?.commands.set([imagine]);
    made.on(Events.InteractionCreate, (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const image = interaction.options.getAttachment('image', true);
      void fetch(image.url)
        .then((response) => response.arrayBuffer())
        .then((bytes) =>
          interaction.reply({ content: 'back', files: [{ attachment: Buffer.from(bytes), name: 'out.png' }] }),
        );
    });
    const asked = await remote.command('imagine', { prompt: 'x', image: { filename: 'in.png', bytes: png(9, 3000) } });
    expect((await remote.answered(asked.id)).answer?.type).toBe(4);
    const [message] = await remote.messages('general');
    expect(Buffer.from((await remote.bytes(message?.attachments[0]?.id ?? '')) ?? [])).toEqual(png(9, 3000));
    await remote.setPermissions('general', '0');
    await remote.fail({ path: '/gateway' }, { status: 500 });
    await expect(remote.command('draw')).rejects.toThrow('No command "draw"');
    await expect((remote as unknown as { nothing(): Promise<void> }).nothing()).rejects.toThrow('no method "nothing"');
    await remote.reset();
    expect(await remote.messages()).toEqual([]);
  });
});
