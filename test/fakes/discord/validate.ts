/** The shapes Discord accepts in message, modal, thread and DM bodies, and some keys fewer: what it ignores, this refuses. */
import { invalidForm, type Problem, wrongField } from './refused.ts';

type Path = readonly (string | number)[];
/** Appends every problem of a value. A rule sees only values that are present. */
export type Rule = (value: unknown, at: Path, problems: Problem[]) => void;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const report = (problems: Problem[], path: Path, code: string, message: string) =>
  void problems.push({ path, code, message });

/** Discord counts characters as Unicode code points. */
export const lengthOf = (text: string) => {
  let length = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff) length -= 1;
  }
  return length;
};

function range(length: number, min: number, max: number, at: Path, problems: Problem[]) {
  if (length >= min && length <= max) return;
  if (min > 0) report(problems, at, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
  else report(problems, at, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
}

export function text(min: number, max: number, pattern?: RegExp): Rule {
  return (value, at, problems) => {
    if (typeof value !== 'string')
      return report(problems, at, 'STRING_TYPE_CONVERT', 'Could not interpret value as string.');
    range(lengthOf(value), min, max, at, problems);
    if (pattern && !pattern.test(value))
      report(problems, at, 'STRING_TYPE_REGEX', 'String value did not match validation regex.');
  };
}

export function integer(min: number, max: number): Rule {
  return (value, at, problems) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      return report(problems, at, 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not int.`);
    if (value < min)
      report(problems, at, 'NUMBER_TYPE_MIN', `int value should be greater than or equal to ${String(min)}.`);
    if (value > max)
      report(problems, at, 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${String(max)}.`);
  };
}

export const finite: Rule = (value, at, problems) => {
  if (typeof value !== 'number' || !Number.isFinite(value))
    report(problems, at, 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not float.`);
};

export const boolean: Rule = (value, at, problems) => {
  if (typeof value !== 'boolean') report(problems, at, 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
};

const snowflake: Rule = (value, at, problems) => {
  if (typeof value !== 'string' || !/^\d{17,20}$/.test(value))
    report(problems, at, 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not snowflake.`);
};

const link: Rule = (value, at, problems) => {
  if (typeof value !== 'string' || !URL.canParse(value))
    return report(problems, at, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
  if (!/^(https?|discord|attachment):/.test(value))
    report(problems, at, 'URL_TYPE_INVALID_SCHEME', `Scheme "${new URL(value).protocol}" is not supported.`);
};

const date: Rule = (value, at, problems) => {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value)))
    report(problems, at, 'DATE_TIME_TYPE_PARSE', `Could not parse ${String(value)}. Should be ISO8601.`);
};

export function oneOf(...values: readonly unknown[]): Rule {
  return (value, at, problems) => {
    if (!values.includes(value))
      report(problems, at, 'BASE_TYPE_CHOICES', `Value must be one of {${values.join(', ')}}.`);
  };
}

export function list(rule: Rule, max: number, min = 0): Rule {
  return (value, at, problems) => {
    if (!Array.isArray(value))
      return report(problems, at, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
    range(value.length, min, max, at, problems);
    value.forEach((item, index) => {
      rule(item, [...at, index], problems);
    });
  };
}

/** `null` counts as absent, as it does on the platform. */
export function fields(known: Record<string, Rule>, required: readonly string[] = []): Rule {
  return (value, at, problems) => {
    if (!isObject(value))
      return report(problems, at, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
    for (const name of required)
      if (value[name] === undefined || value[name] === null)
        report(problems, [...at, name], 'BASE_TYPE_REQUIRED', 'This field is required');
    for (const [name, item] of Object.entries(value)) {
      const rule = known[name];
      if (!rule) report(problems, [...at, name], 'UNKNOWN_KEY', 'The fake knows no such field here: a typo?');
      else if (item !== null && item !== undefined) rule(item, [...at, name], problems);
    }
  };
}

/** @throws Refused 50035 naming every problem found. */
export function check(rule: Rule, value: unknown, at: Path = []): void {
  const problems: Problem[] = [];
  rule(value, at, problems);
  if (problems.length > 0) throw invalidForm(problems);
}

export const flag = {
  crossposted: 1,
  suppressEmbeds: 4,
  ephemeral: 64,
  loading: 128,
  silent: 4096,
  v2: 32768,
} as const;
const messageContentMax = 2000;

const allowedMentions: Rule = (value, at, problems) => {
  fields({
    parse: list(oneOf('users', 'roles', 'everyone'), 3),
    users: list(snowflake, 100),
    roles: list(snowflake, 100),
    replied_user: boolean,
  })(value, at, problems);
  if (!isObject(value) || !Array.isArray(value.parse)) return;
  for (const kind of ['users', 'roles'])
    if (value.parse.includes(kind) && Array.isArray(value[kind]) && value[kind].length > 0)
      report(
        problems,
        at,
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
};

const media = fields({ url: link, width: integer(0, 1e6), height: integer(0, 1e6), description: text(0, 4096) }, [
  'url',
]);
const optionalMedia = fields({
  url: link,
  proxy_url: link,
  width: integer(0, 1e6),
  height: integer(0, 1e6),
  description: text(0, 4096),
});
const embed = fields({
  type: text(0, 100),
  url: link,
  title: text(0, 256),
  color: integer(0, 0xffffff),
  timestamp: date,
  description: text(0, 4096),
  author: fields({ name: text(1, 256), url: link, icon_url: link, proxy_icon_url: link }, ['name']),
  image: optionalMedia,
  thumbnail: optionalMedia,
  footer: fields({ text: text(1, 2048), icon_url: link, proxy_icon_url: link }, ['text']),
  fields: list(fields({ name: text(1, 256), value: text(1, 1024), inline: boolean }, ['name', 'value']), 25),
  provider: fields({ name: text(0, 256), url: link }),
});

const embeds: Rule = (value, at, problems) => {
  list(embed, 10)(value, at, problems);
  if (!Array.isArray(value)) return;
  let total = 0;
  for (const item of value.filter(isObject)) {
    const parts = [item.title, item.description];
    for (const nested of [item.author, item.footer]) if (isObject(nested)) parts.push(nested.name, nested.text);
    if (Array.isArray(item.fields))
      for (const field of item.fields.filter(isObject)) parts.push(field.name, field.value);
    for (const part of parts) if (typeof part === 'string') total += lengthOf(part);
  }
  if (total > 6000) report(problems, at, 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000');
};

const emoji = fields({ id: snowflake, name: text(0, 32), animated: boolean });
const customId = text(1, 100);
const id = integer(0, 2 ** 31 - 1);

const button: Rule = (value, at, problems) => {
  fields(
    {
      type: oneOf(2),
      id,
      custom_id: customId,
      style: integer(1, 6),
      label: text(0, 80),
      disabled: boolean,
      url: link,
      sku_id: snowflake,
      emoji,
    },
    ['style'],
  )(value, at, problems);
  if (!isObject(value)) return;
  if (typeof value.url === 'string' && lengthOf(value.url) > 512)
    report(problems, [...at, 'url'], 'BASE_TYPE_MAX_LENGTH', 'Must be 512 or fewer in length.');
  const wants = value.style === 5 ? 'url' : value.style === 6 ? 'sku_id' : 'custom_id';
  for (const name of ['url', 'sku_id', 'custom_id'])
    if (name === wants && (value[name] === undefined || value[name] === null))
      report(problems, [...at, name], 'BASE_TYPE_REQUIRED', 'This field is required');
    else if (name !== wants && value[name] !== undefined && value[name] !== null)
      report(
        problems,
        at,
        'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
        `A button of style ${String(value.style)} takes ${wants} only.`,
      );
  if (value.style !== 6 && !value.label && !value.emoji)
    report(problems, at, 'BUTTON_COMPONENT_INVALID_LABEL_EMOJI', 'A button must have a label or emoji.');
};

const choices = (min: number, max: number) =>
  list(
    fields({ label: text(1, 100), value: text(1, 100), description: text(0, 100), default: boolean, emoji }, [
      'label',
      'value',
    ]),
    max,
    min,
  );

/** One select menu; `required` works in modals only, `disabled` is an error there. */
function select(type: number, inModal: boolean): Rule {
  const known: Record<string, Rule> = {
    type: oneOf(type),
    id,
    custom_id: customId,
    placeholder: text(0, 150),
    min_values: integer(0, 25),
    max_values: integer(1, 25),
    ...(inModal ? { required: boolean } : { disabled: boolean }),
    ...(type === 3 ? { options: choices(1, 25) } : {}),
    ...(type === 8 ? { channel_types: list(integer(0, 16), 20) } : {}),
    ...(type >= 5
      ? { default_values: list(fields({ id: snowflake, type: oneOf('user', 'role', 'channel') }, ['id', 'type']), 25) }
      : {}),
  };
  const shape = fields(known, type === 3 ? ['custom_id', 'options'] : ['custom_id']);
  return (value, at, problems) => {
    shape(value, at, problems);
    if (!isObject(value) || !Array.isArray(value.options)) return;
    const seen = new Set<unknown>();
    value.options.filter(isObject).forEach((option, index) => {
      if (seen.has(option.value))
        report(
          problems,
          [...at, 'options', index],
          'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
          'The specified option value is already used',
        );
      seen.add(option.value);
    });
  };
}

/** Picks the rule by `type`. */
function byType(rules: Record<number, Rule>): Rule {
  return (value, at, problems) => {
    if (!isObject(value))
      return report(problems, at, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
    const rule = rules[Number(value.type)];
    if (rule) rule(value, at, problems);
    else
      report(
        problems,
        [...at, 'type'],
        'UNION_TYPE_CHOICES',
        `Value of field "type" must be one of (${Object.keys(rules).join(', ')}).`,
      );
  };
}

const selects = (inModal: boolean) => ({
  3: select(3, inModal),
  5: select(5, inModal),
  6: select(6, inModal),
  7: select(7, inModal),
  8: select(8, inModal),
});

const row: Rule = (value, at, problems) => {
  fields({ type: oneOf(1), id, components: list(byType({ 2: button, ...selects(false) }), 5, 1) }, ['components'])(
    value,
    at,
    problems,
  );
  if (!isObject(value) || !Array.isArray(value.components)) return;
  if (value.components.length > 1 && value.components.some((item) => isObject(item) && item.type !== 2))
    report(problems, [...at, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'A select takes a whole row.');
};

const alt = text(1, 1024);
const textDisplay = fields({ type: oneOf(10), id, content: text(1, 4000) }, ['content']);
const thumbnail = fields({ type: oneOf(11), id, media, description: alt, spoiler: boolean }, ['media']);
const gallery = fields(
  { type: oneOf(12), id, items: list(fields({ media, description: alt, spoiler: boolean }, ['media']), 10, 1) },
  ['items'],
);
const section = fields(
  {
    type: oneOf(9),
    id,
    components: list(byType({ 10: textDisplay }), 3, 1),
    accessory: byType({ 2: button, 11: thumbnail }),
  },
  ['components', 'accessory'],
);
const file = fields(
  { type: oneOf(13), id, file: fields({ url: text(1, 2048, /^attachment:\/\//) }, ['url']), spoiler: boolean },
  ['file'],
);
const separator = fields({ type: oneOf(14), id, divider: boolean, spacing: oneOf(1, 2) });
const inContainer = { 1: row, 9: section, 10: textDisplay, 12: gallery, 13: file, 14: separator };
const container = fields(
  {
    type: oneOf(17),
    id,
    components: list(byType(inContainer), 40, 1),
    accent_color: integer(0, 0xffffff),
    spoiler: boolean,
  },
  ['components'],
);

const rows = list(byType({ 1: row }), 5);
const layout = list(byType({ ...inContainer, 17: container }), 40);

/** Every component of a tree, depth first. */
export function* everyComponent(
  components: unknown,
  at: Path = ['components'],
): Generator<[Record<string, unknown>, Path]> {
  if (!Array.isArray(components)) return;
  for (const [index, item] of components.entries()) {
    if (!isObject(item)) continue;
    yield [item, [...at, index]];
    yield* everyComponent(item.components, [...at, index, 'components']);
    for (const single of ['accessory', 'component'])
      if (isObject(item[single])) yield [item[single], [...at, index, single]];
  }
}

function wholeTree(components: unknown, problems: Problem[], base: Path) {
  const seen = new Set<unknown>();
  for (const [item, at] of everyComponent(components, [...base, 'components'])) {
    if (typeof item.custom_id !== 'string') continue;
    if (seen.has(item.custom_id))
      report(
        problems,
        [...at, 'custom_id'],
        'COMPONENT_CUSTOM_ID_DUPLICATED',
        'Component custom id cannot be duplicated',
      );
    seen.add(item.custom_id);
  }
}

const attachment = fields(
  {
    id: (value, at, problems) => {
      if (!/^\d{1,20}$/.test(String(value))) snowflake(value, at, problems);
    },
    filename: text(1, 1024),
    title: text(0, 1024),
    description: text(0, 1024),
    duration_secs: finite,
    waveform: text(0, 400),
    is_spoiler: boolean,
    is_remix: boolean,
  },
  ['id'],
);

const nonce: Rule = (value, at, problems) => {
  if (typeof value !== 'number') text(0, 25)(value, at, problems);
};

const common: Record<string, Rule> = {
  content: text(0, messageContentMax),
  embeds,
  allowed_mentions: allowedMentions,
  components: (value, at, problems) => {
    if (!Array.isArray(value)) list(rows, 40)(value, at, problems);
  },
  flags: integer(0, 2 ** 31 - 1),
  attachments: list(attachment, 10),
};
const reference = fields(
  { type: oneOf(0), message_id: snowflake, channel_id: snowflake, guild_id: snowflake, fail_if_not_exists: boolean },
  ['message_id'],
);

/** Source: docs.discord.com, "Message" (create, edit), "Webhook" and "Receiving and Responding"; the published API description. */
const messageShapes = {
  create: fields({
    ...common,
    tts: boolean,
    nonce,
    enforce_nonce: boolean,
    message_reference: reference,
    sticker_ids: list(snowflake, 3),
  }),
  // discord.js puts `tts` and `enforce_nonce` into every body, edits as well; the platform ignores them there.
  edit: fields({ ...common, tts: boolean, nonce, enforce_nonce: boolean, sticker_ids: list(snowflake, 3) }),
  webhook: fields({ ...common, tts: boolean, nonce, enforce_nonce: boolean }),
  webhookEdit: fields({ ...common, tts: boolean, nonce, enforce_nonce: boolean }),
} as const;

export type MessageKind = keyof typeof messageShapes;

const settable: Record<MessageKind, number> = {
  create: flag.suppressEmbeds | flag.silent | flag.v2,
  edit: flag.suppressEmbeds | flag.v2,
  webhook: flag.suppressEmbeds | flag.ephemeral | flag.silent | flag.v2,
  webhookEdit: flag.suppressEmbeds | flag.v2,
};

/**
 * Checks a message body. `had` are the flags of the message being edited: V2 can't be taken off, and discord.js repeats the rest.
 * Source: docs.discord.com, "Message" and "Component Reference", read 2026-11.
 */
export function checkMessage(
  kind: MessageKind,
  body: unknown,
  { at = [], had = 0 }: { at?: Path; had?: number } = {},
): void {
  const problems: Problem[] = [];
  messageShapes[kind](body, at, problems);
  if (isObject(body)) {
    const flags = typeof body.flags === 'number' ? body.flags : 0;
    const v2 = ((had | flags) & flag.v2) !== 0;
    const wrong = flags & ~(settable[kind] | had);
    if (wrong !== 0)
      report(problems, [...at, 'flags'], 'FLAGS_INVALID', `Only ${settable[kind]} may be set here, not ${wrong}.`);
    if (Array.isArray(body.components)) {
      (v2 ? layout : rows)(body.components, [...at, 'components'], problems);
      wholeTree(body.components, problems, at);
    }
    if (v2) {
      for (const name of ['content', 'embeds', 'sticker_ids', 'poll']) {
        const value = body[name];
        if (value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
          report(
            problems,
            [...at, name],
            'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
            `The '${name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
          );
      }
      const all = [...everyComponent(body.components)];
      if (all.length > 40)
        report(
          problems,
          [...at, 'components'],
          'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
          'The maximum of 40 components was exceeded.',
        );
      const characters = all.reduce((sum, [item]) => sum + (item.type === 10 ? lengthOf(String(item.content)) : 0), 0);
      if (characters > 4000)
        report(
          problems,
          [...at, 'components'],
          'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
          'Components displayable text size exceeds maximum size of 4000',
        );
    }
  }
  if (problems.length > 0) throw invalidForm(problems);
}

const textInput = fields(
  {
    type: oneOf(4),
    id,
    custom_id: customId,
    style: oneOf(1, 2),
    label: text(1, 45),
    value: text(0, 4000),
    placeholder: text(0, 100),
    required: boolean,
    min_length: integer(0, 4000),
    max_length: integer(1, 4000),
  },
  ['custom_id', 'style'],
);
export const fileTypes = list(text(1, 32, /^(image|video|audio|\.[a-z0-9]+)$/), 10);
const upload = fields(
  {
    type: oneOf(19),
    id,
    custom_id: customId,
    min_values: integer(0, 10),
    max_values: integer(1, 10),
    required: boolean,
    file_types: fileTypes,
  },
  ['custom_id'],
);
const radio = fields({ type: oneOf(21), id, custom_id: customId, options: choices(2, 10), required: boolean }, [
  'custom_id',
  'options',
]);
const checkboxes = fields(
  {
    type: oneOf(22),
    id,
    custom_id: customId,
    options: choices(1, 10),
    min_values: integer(0, 10),
    max_values: integer(1, 10),
    required: boolean,
  },
  ['custom_id', 'options'],
);
const checkbox = fields({ type: oneOf(23), id, custom_id: customId, default: boolean }, ['custom_id']);
const labelled = byType({ 4: textInput, 19: upload, 21: radio, 22: checkboxes, 23: checkbox, ...selects(true) });
const label = fields({ type: oneOf(18), id, label: text(1, 45), description: text(1, 100), component: labelled }, [
  'label',
  'component',
]);
const inputRow = fields({ type: oneOf(1), id, components: list(byType({ 4: textInput }), 1, 1) }, ['components']);
const modal = fields(
  {
    custom_id: customId,
    title: text(1, 45),
    components: list(byType({ 1: inputRow, 10: textDisplay, 18: label }), 5, 1),
  },
  ['custom_id', 'title', 'components'],
);

/** How many values a menu or a file upload takes. What is left out is one; none at all only where none is required. */
function checkCounts(item: Record<string, unknown>, at: Path, problems: Problem[]) {
  const takesSeveral = [3, 5, 6, 7, 8, 19, 22].includes(Number(item.type));
  const options = Array.isArray(item.options) ? item.options.length : undefined;
  const usualMax = item.type === 22 ? options : 1;
  const [min, max] = [Number(item.min_values ?? 1), Number(item.max_values ?? usualMax ?? 1)];
  if (!takesSeveral) return;
  if (min > max)
    report(problems, [...at, 'min_values'], 'COMPONENT_MIN_VALUES_INVALID', 'min_values must be at most max_values.');
  if (item.type === 19 && min === 0 && item.required !== false)
    report(
      problems,
      [...at, 'min_values'],
      'COMPONENT_MIN_VALUES_INVALID',
      'What is required needs one file at least.',
    );
  if (options !== undefined && max > options)
    report(problems, [...at, 'max_values'], 'COMPONENT_MAX_VALUES_INVALID', 'There are not as many options.');
}

/** Source: docs.discord.com, "Receiving and Responding" (modal) and "Component Reference", read 2026-11. */
export function checkModal(data: unknown): void {
  const problems: Problem[] = [];
  modal(data, ['data'], problems);
  if (isObject(data)) {
    wholeTree(data.components, problems, ['data']);
    for (const [item, at] of everyComponent(data.components, ['data', 'components'])) {
      checkCounts(item, at, problems);
      if (
        item.type === 4 &&
        typeof item.min_length === 'number' &&
        typeof item.max_length === 'number' &&
        item.min_length > item.max_length
      )
        report(
          problems,
          [...at, 'min_length'],
          'TEXT_INPUT_COMPONENT_MIN_GREATER_THAN_MAX',
          'min_length must be at most max_length.',
        );
      if (item.type === 4 && isObject(item) && at.at(-1) !== 'component' && !item.label)
        report(problems, [...at, 'label'], 'BASE_TYPE_REQUIRED', 'This field is required');
    }
  }
  if (problems.length > 0) throw invalidForm(problems);
}

/** Source: docs.discord.com, "Channel", start thread from message. */
export const threadBody = fields(
  {
    name: text(1, 100),
    auto_archive_duration: oneOf(60, 1440, 4320, 10080),
    rate_limit_per_user: integer(0, 21_600),
    // discord.js sends it; for a thread on a message the channel decides.
    type: oneOf(10, 11),
  },
  ['name'],
);
export const threadPatch = fields({
  name: text(1, 100),
  archived: boolean,
  locked: boolean,
  invitable: boolean,
  auto_archive_duration: oneOf(60, 1440, 4320, 10080),
  rate_limit_per_user: integer(0, 21_600),
});
export const dmBody = fields({ recipient_id: snowflake }, ['recipient_id']);

/** A query number within its limits, or the value it has when left out. */
export function queryNumber(query: URLSearchParams, name: string, usual: number, min: number, max: number): number {
  const given = query.get(name);
  if (given === null) return usual;
  const value = Number(given);
  if (!Number.isInteger(value) || value < min || value > max)
    throw wrongField(
      [name],
      value > max ? 'NUMBER_TYPE_MAX' : 'NUMBER_TYPE_MIN',
      `int value should be between ${min} and ${max}.`,
    );
  return value;
}
