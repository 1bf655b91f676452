/** Block Kit as Slack judges it: every limit of the reference, unknown blocks and unknown keys refused. */
import {
  all,
  byType,
  type Check,
  flag,
  isRecord,
  type Json,
  list,
  number,
  oneOf,
  type Problem,
  problemsIn,
  record,
  text,
  when,
  whole,
} from './shape.ts';

export type Surface = 'message' | 'modal' | 'home';

/** Tells why a `slack_file` can't be shown, or undefined when it can. */
export type ImageProblem = (file: { id?: string; url?: string }) => string | undefined;

const plainText = (max: number) =>
  record({ type: oneOf('plain_text'), text: text({ max }) }, { emoji: flag, verbatim: refused('mrkdwn only') });
const mrkdwn = (max: number) =>
  record({ type: oneOf('mrkdwn'), text: text({ max }) }, { verbatim: flag, emoji: refused('plain_text only') });
const anyText = (max: number) => byType({ plain_text: plainText(max), mrkdwn: mrkdwn(max) });

function refused(why: string): Check {
  return (_, pointer, problems) => void problems.push({ pointer, message: `not allowed here: ${why}` });
}

const id = text({ max: 255 });
const url = text({ max: 3000, pattern: /^[a-z][a-z0-9+.-]*:\S+$/i });
const style = oneOf('primary', 'danger');
const actionable = { action_id: id };
const confirmable = {
  confirm: record(
    { text: anyText(300) },
    { title: plainText(100), confirm: plainText(30), deny: plainText(30), style },
  ),
};
const focusable = { focus_on_load: flag };
const placeholdable = { placeholder: plainText(150) };
const dispatchable = {
  dispatch_action_config: record(
    {},
    { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { min: 1, max: 2 }) },
  ),
};

const option = (shown: Check) => record({ text: shown }, { value: text({ max: 75 }), description: plainText(75), url });
const plainOption = option(plainText(75));
const anyOption = option(anyText(75));
const optionGroup = record({ label: plainText(75), options: list(plainOption, { min: 1, max: 100 }) });
const ids = list(text());
const filter = record(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { min: 1 }),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
);

const element = (type: string, required: Record<string, Check>, optional: Record<string, Check> = {}) =>
  record({ type: oneOf(type), ...required }, { ...actionable, ...optional });
const select = (type: string, optional: Record<string, Check>) =>
  element(type, {}, { ...confirmable, ...focusable, ...placeholdable, ...optional });
const several = { max_selected_items: whole(1) };
const choices = {
  options: list(plainOption, { min: 1, max: 100 }),
  option_groups: list(optionGroup, { min: 1, max: 100 }),
};
const respondable = { response_url_enabled: flag };
const oneListOnly = when((value) =>
  (value.options === undefined) === (value.option_groups === undefined)
    ? 'needs either options or option_groups'
    : undefined,
);

const button = element(
  'button',
  { text: plainText(75) },
  { ...confirmable, value: text({ max: 2000 }), url, style, accessibility_label: text({ max: 75 }) },
);

const selects: Record<string, Check> = {
  static_select: all(select('static_select', { ...choices, initial_option: plainOption }), oneListOnly),
  multi_static_select: all(
    select('multi_static_select', { ...choices, ...several, initial_options: list(plainOption, { min: 1 }) }),
    oneListOnly,
  ),
  external_select: select('external_select', { initial_option: plainOption, min_query_length: whole(0) }),
  multi_external_select: select('multi_external_select', {
    ...several,
    initial_options: list(plainOption, { min: 1 }),
    min_query_length: whole(0),
  }),
  users_select: select('users_select', { initial_user: text() }),
  multi_users_select: select('multi_users_select', { ...several, initial_users: ids }),
  conversations_select: select('conversations_select', {
    ...respondable,
    initial_conversation: text(),
    default_to_current_conversation: flag,
    filter,
  }),
  multi_conversations_select: select('multi_conversations_select', {
    ...several,
    initial_conversations: ids,
    default_to_current_conversation: flag,
    filter,
  }),
  channels_select: select('channels_select', { ...respondable, initial_channel: text() }),
  multi_channels_select: select('multi_channels_select', { ...several, initial_channels: ids }),
};

const pickers: Record<string, Check> = {
  checkboxes: element(
    'checkboxes',
    { options: list(anyOption, { min: 1, max: 10 }) },
    { ...confirmable, ...focusable, initial_options: list(anyOption, { min: 1, max: 10 }) },
  ),
  radio_buttons: element(
    'radio_buttons',
    { options: list(anyOption, { min: 1, max: 10 }) },
    { ...confirmable, ...focusable, initial_option: anyOption },
  ),
  datepicker: select('datepicker', { initial_date: text({ pattern: /^\d{4}-\d\d-\d\d$/ }) }),
  datetimepicker: element(
    'datetimepicker',
    {},
    { ...confirmable, ...focusable, initial_date_time: whole(1_000_000_000, 9_999_999_999) },
  ),
  timepicker: select('timepicker', {
    initial_time: text({ pattern: /^([01]\d|2[0-3]):[0-5]\d$/ }),
    timezone: text(),
  }),
};

const overflow = element('overflow', { options: list(plainOption, { min: 1, max: 5 }) }, confirmable);

const richStyle = {
  style: record({}, { bold: flag, code: flag, italic: flag, strike: flag, underline: flag }),
};
const rich = (type: string, required: Record<string, Check>, optional: Record<string, Check> = {}) =>
  record({ type: oneOf(type), ...required }, { ...richStyle, ...optional });
const richText = rich('text', { text: text() });
const richLink = rich('link', { url: text() }, { text: text(), unsafe: flag });
const richInline = byType({
  broadcast: rich('broadcast', { range: oneOf('here', 'channel', 'everyone') }),
  color: rich('color', { value: text({ pattern: /^#?[0-9a-f]{3,8}$/i }) }),
  channel: rich('channel', { channel_id: text() }),
  date: rich('date', { timestamp: whole(0), format: text() }, { url, fallback: text() }),
  emoji: rich('emoji', { name: text() }, { unicode: text(), url }),
  link: richLink,
  team: rich('team', { team_id: text() }),
  text: richText,
  user: rich('user', { user_id: text() }),
  usergroup: rich('usergroup', { usergroup_id: text() }),
});
const border = { border: oneOf(0, 1) };
const richSection = record({ type: oneOf('rich_text_section'), elements: list(richInline, { min: 1 }) });
const richTextBlock = record(
  {
    type: oneOf('rich_text'),
    elements: list(
      byType({
        rich_text_section: richSection,
        rich_text_list: record(
          { type: oneOf('rich_text_list'), elements: list(richSection, { min: 1 }), style: oneOf('bullet', 'ordered') },
          { ...border, indent: whole(0, 8), offset: whole(0) },
        ),
        rich_text_quote: record(
          { type: oneOf('rich_text_quote'), elements: list(richInline, { min: 1 }) },
          { ...border },
        ),
        rich_text_preformatted: record(
          {
            type: oneOf('rich_text_preformatted'),
            elements: list(byType({ text: richText, link: richLink }), { min: 1 }),
          },
          { ...border, language: text() },
        ),
      }),
      { min: 1 },
    ),
  },
  { block_id: id },
);

const inputs: Record<string, Check> = {
  ...selects,
  ...pickers,
  plain_text_input: all(
    element(
      'plain_text_input',
      {},
      {
        ...dispatchable,
        ...focusable,
        ...placeholdable,
        initial_value: text({ min: 0, max: 3000 }),
        multiline: flag,
        min_length: whole(0, 3000),
        max_length: whole(1, 3000),
      },
    ),
    when(({ initial_value, max_length = 3000 }) =>
      typeof initial_value === 'string' && initial_value.length > (max_length as number)
        ? 'initial_value is longer than max_length'
        : undefined,
    ),
  ),
  number_input: element(
    'number_input',
    { is_decimal_allowed: flag },
    {
      ...dispatchable,
      ...focusable,
      ...placeholdable,
      initial_value: text({ pattern: /^-?\d+(\.\d+)?$/ }),
      min_value: text({ pattern: /^-?\d+(\.\d+)?$/ }),
      max_value: text({ pattern: /^-?\d+(\.\d+)?$/ }),
    },
  ),
  email_text_input: element(
    'email_text_input',
    {},
    { ...dispatchable, ...focusable, ...placeholdable, initial_value: text() },
  ),
  url_text_input: element(
    'url_text_input',
    {},
    { ...dispatchable, ...focusable, ...placeholdable, initial_value: text() },
  ),
  rich_text_input: element(
    'rich_text_input',
    {},
    {
      ...dispatchable,
      ...focusable,
      ...placeholdable,
      initial_value: richTextBlock,
      min_lines: whole(1, 100),
      max_lines: whole(1, 100),
    },
  ),
  file_input: element('file_input', {}, { filetypes: list(text(), { min: 1 }), max_files: whole(1, 10) }),
};

const anyActionElement = { button, overflow, ...selects, ...pickers };

const feedbackButton = record(
  { text: plainText(75), value: text({ max: 2000 }) },
  { accessibility_label: text({ max: 75 }) },
);

/** Slack fetches `image_url` itself, so a private address can never work there. */
const publicUrl: Check = all(text({ max: 3000, pattern: /^https?:\/\// }), (value, pointer, problems) => {
  const host = typeof value === 'string' && URL.canParse(value) ? new URL(value).hostname : '';
  if (/^(localhost|127\.|10\.|192\.168\.|169\.254\.|\[|0\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host))
    problems.push({ pointer, message: 'downloading image failed' });
});

function imageParts(imageProblem: ImageProblem): Check {
  return (value, pointer, problems) => {
    if (!isRecord(value)) return;
    if ((value.image_url === undefined) === (value.slack_file === undefined))
      return void problems.push({ pointer, message: 'needs either image_url or slack_file' });
    const file = value.slack_file;
    if (!isRecord(file)) return;
    const reason =
      (file.id === undefined) === (file.url === undefined)
        ? 'needs either id or url'
        : imageProblem({ ...(file.id ? { id: String(file.id) } : {}), ...(file.url ? { url: String(file.url) } : {}) });
    if (reason) problems.push({ pointer: `${pointer}/slack_file`, message: `invalid slack file: ${reason}` });
  };
}

/** Blocks by surface. Source: docs.slack.dev, "Block Kit" reference pages, and @slack/types 3.2.0, read 2026-11. */
export function blockKit(imageProblem: ImageProblem) {
  const imageSource = { image_url: publicUrl, slack_file: record({}, { id: text(), url: text() }) };
  const image = all(
    record({ type: oneOf('image'), alt_text: text({ max: 2000 }) }, imageSource),
    imageParts(imageProblem),
  );
  const block = (type: string, required: Record<string, Check>, optional: Record<string, Check> = {}) =>
    record({ type: oneOf(type), ...required }, { block_id: id, ...optional });

  const actions = block('actions', {
    elements: list(byType({ ...anyActionElement, rich_text_input: inputs.rich_text_input as Check }), {
      min: 1,
      max: 25,
    }),
  });
  const context = block('context', {
    elements: list(byType({ plain_text: plainText(3000), mrkdwn: mrkdwn(3000), image }), { min: 1, max: 10 }),
  });
  const divider = block('divider', {});
  const header = block('header', { text: plainText(150) });
  const imageBlock = all(
    block('image', { alt_text: text({ max: 2000 }) }, { title: plainText(2000), ...imageSource }),
    imageParts(imageProblem),
  );
  const section = all(
    block(
      'section',
      {},
      {
        text: anyText(3000),
        fields: list(anyText(2000), { min: 1, max: 10 }),
        accessory: byType({ ...anyActionElement, image }),
        expand: flag,
      },
    ),
    when(({ text: shown, fields }) => (shown || fields ? undefined : 'needs text or fields')),
  );
  const cell = byType({
    raw_text: record({ type: oneOf('raw_text'), text: text() }),
    raw_number: record({ type: oneOf('raw_number'), value: number, text: text() }),
    rich_text: richTextBlock,
  });
  const table = block(
    'table',
    { rows: list(list(cell, { min: 1, max: 20 }), { min: 1, max: 100 }) },
    { column_settings: list(record({}, { align: oneOf('left', 'center', 'right'), is_wrapped: flag }), { max: 20 }) },
  );
  const dataTable = block(
    'data_table',
    { rows: list(list(cell, { min: 1, max: 20 }), { min: 2, max: 201 }), caption: text() },
    { page_size: whole(1, 100), row_header_column_index: whole(0, 19) },
  );
  const cardParts = {
    hero_image: image,
    icon: image,
    title: mrkdwn(150),
    subtitle: mrkdwn(150),
    body: mrkdwn(200),
    subtext: mrkdwn(200),
    actions: list(button, { min: 1, max: 3 }),
  };
  const card = all(
    block('card', {}, cardParts),
    when((value) =>
      value.hero_image || value.title || value.actions || value.body
        ? undefined
        : 'needs hero_image, title, actions or body',
    ),
  );
  const input = (allowed: Record<string, Check>) =>
    block(
      'input',
      { label: plainText(2000), element: byType(allowed) },
      { hint: plainText(2000), optional: flag, dispatch_action: flag },
    );
  const { file_input: _, ...inputsWithoutFiles } = inputs;
  const everywhere = { actions, context, divider, header, image: imageBlock, section, rich_text: richTextBlock };
  const container = all(
    block(
      'container',
      {
        child_blocks: list(byType({ ...everywhere, input: input(inputsWithoutFiles), table }), { min: 1, max: 10 }),
      },
      {
        title: plainText(150),
        rich_text_title: richTextBlock,
        subtitle: anyText(150),
        width: oneOf('narrow', 'standard', 'wide', 'full'),
        icon: image,
        is_collapsible: flag,
        default_collapsed: flag,
        has_header_divider: flag,
      },
    ),
    when((value) => (value.title || value.rich_text_title ? undefined : 'needs title or rich_text_title')),
    when((value) => (value.default_collapsed && !value.is_collapsible ? 'is not collapsible' : undefined)),
  );
  const taskCard = block(
    'task_card',
    { task_id: text(), title: text({ max: 256 }), status: oneOf('pending', 'in_progress', 'complete', 'error') },
    {
      details: richTextBlock,
      output: richTextBlock,
      sources: list(record({ type: oneOf('url'), url, text: text() })),
    },
  );
  const carousel = block('carousel', { elements: list(card, { min: 1, max: 10 }) });
  const bySurface: Record<Surface, Check> = {
    message: byType({
      ...everywhere,
      card,
      carousel,
      container,
      table,
      data_table: dataTable,
      input: input(inputsWithoutFiles),
      markdown: block('markdown', { text: text({ max: 12_000 }) }),
      plan: block('plan', { title: text({ max: 256 }) }, { tasks: list(taskCard) }),
      task_card: taskCard,
      context_actions: block('context_actions', {
        elements: list(
          byType({
            feedback_buttons: element('feedback_buttons', {
              positive_button: feedbackButton,
              negative_button: feedbackButton,
            }),
            icon_button: element(
              'icon_button',
              { icon: text(), text: plainText(75) },
              {
                ...confirmable,
                value: text({ max: 2000 }),
                accessibility_label: text({ max: 75 }),
                visible_to_user_ids: ids,
              },
            ),
          }),
          { min: 1, max: 5 },
        ),
      }),
    }),
    modal: byType({
      ...everywhere,
      input: input(inputs),
      alert: block('alert', { text: anyText(200) }, { level: oneOf('default', 'info', 'warning', 'error', 'success') }),
    }),
    home: byType({ ...everywhere, card, carousel, input: input(inputsWithoutFiles) }),
  };

  function blockProblems(blocks: unknown, surface: Surface, pointer = '/blocks'): Problem[] {
    const max = surface === 'message' ? 50 : 100;
    return [
      ...problemsIn(list(bySurface[surface], { min: surface === 'message' ? 1 : 0, max }), blocks, pointer),
      ...betweenBlocks(blocks, pointer),
    ];
  }

  const viewBase = {
    private_metadata: text({ min: 0, max: 3000 }),
    callback_id: text({ min: 0, max: 255 }),
    external_id: text({ min: 0, max: 255 }),
  };
  const anyBlocks: Check = () => {};
  const viewShape = byType({
    home: record({ type: oneOf('home'), blocks: anyBlocks }, viewBase),
    modal: record(
      { type: oneOf('modal'), blocks: anyBlocks, title: plainText(24) },
      { ...viewBase, close: plainText(24), submit: plainText(24), clear_on_close: flag, notify_on_close: flag },
    ),
  });

  /** `view_too_large` is not told here: it is about bytes, and Slack has an error of its own for it. */
  function viewProblems(view: unknown, expected: 'modal' | 'home'): Problem[] {
    const problems = problemsIn(viewShape, view, '/view');
    if (!isRecord(view)) return problems;
    if (view.type !== expected) problems.push({ pointer: '/view/type', message: `must be ${expected}` });
    problems.push(...blockProblems(view.blocks, expected, '/view/blocks'));
    const asksSomething =
      Array.isArray(view.blocks) && view.blocks.some((one) => isRecord(one) && one.type === 'input');
    if (expected === 'modal' && asksSomething && view.submit === undefined)
      problems.push({ pointer: '/view', message: 'submit is required when there is an input block' });
    return problems;
  }

  return { blockProblems, viewProblems };
}

/** What can only be judged over all blocks: unique ids, totals, one table. */
function betweenBlocks(blocks: unknown, pointer: string): Problem[] {
  if (!Array.isArray(blocks)) return [];
  const problems: Problem[] = [];
  const say = (message: string, at = pointer) => problems.push({ pointer: at, message });
  const records = blocks.filter(isRecord);
  const blockIds = records.map((one) => one.block_id).filter((one) => one !== undefined);
  if (new Set(blockIds).size < blockIds.length) say('block_id must be unique in a message');
  const tables = records.filter((one) => one.type === 'table');
  if (tables.length > 1) say('only one table block allowed');
  for (const one of tables) if (JSON.stringify(one.rows).length > 10_000) say('table has more than 10000 characters');
  for (const one of records)
    if (one.type === 'data_table' && JSON.stringify(one.rows).length > 20_000)
      say('data_table has more than 20000 characters');
  const markdown = records
    .filter((one) => one.type === 'markdown')
    .reduce((sum, one) => sum + String(one.text ?? '').length, 0);
  if (markdown > 12_000) say('markdown blocks have more than 12000 characters');
  for (const [index, one] of blocks.entries()) {
    const actionIds = interactiveElements([one]).map(({ element: { action_id } }) => action_id);
    const given = actionIds.filter((given) => given !== undefined);
    if (new Set(given).size < given.length) say('action_id must be unique in a block', `${pointer}/${index}`);
  }
  const focused = interactiveElements(blocks).filter(({ element: { focus_on_load } }) => focus_on_load === true);
  if (focused.length > 1) say('only one element can have focus_on_load');
  return problems;
}

const interactiveTypes = new Set(['button', 'overflow', 'feedback_buttons', 'icon_button', ...Object.keys(inputs)]);

export interface Placed {
  readonly block: Json;
  readonly element: Json;
}

/** Everything that a person can press, choose or fill in, with the top-level block that holds it. */
export function interactiveElements(blocks: unknown): Placed[] {
  const found: Placed[] = [];
  const walk = (value: unknown, block: Json): void => {
    if (Array.isArray(value)) for (const one of value) walk(one, block);
    else if (isRecord(value)) {
      if (value !== block && typeof value.type === 'string' && interactiveTypes.has(value.type))
        found.push({ block, element: value });
      else for (const one of Object.values(value)) walk(one, block);
    }
  };
  if (Array.isArray(blocks)) for (const block of blocks) if (isRecord(block)) walk(block, block);
  return found;
}

/** As Slack stores them: what has no `block_id` or `action_id` gets one. */
export function withIds(blocks: unknown[], next: () => string): Json[] {
  const copy = structuredClone(blocks) as Json[];
  for (const block of copy) block.block_id ??= next();
  for (const { element: one } of interactiveElements(copy)) one.action_id ??= next();
  return copy;
}
