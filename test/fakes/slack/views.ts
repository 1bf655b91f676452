/** Modals and Home tabs, and the trigger ids that open them: three seconds, once. */
import { randomBytes } from 'node:crypto';
import { type blockKit, interactiveElements, withIds } from './blocks.ts';
import type { SlackError } from './compose.ts';
import { isRecord, type Json } from './shape.ts';
import type { Workspace } from './workspace.ts';

const triggerLifeMs = 3000;
const viewBytesMax = 250_000;
const stackMax = 3;
const fileInputBytesMax = 10_000_000;

export interface FakeView {
  readonly id: string;
  readonly user: string;
  json: Json;
  hash: string;
  /** The view that this one lies on. */
  readonly below?: string;
  state: 'open' | 'closed';
}

interface Trigger {
  readonly user: string;
  readonly at: number;
  readonly fromView?: string;
  used: boolean;
}

export type Views = ReturnType<typeof createViews>;

/** Source: docs.slack.dev, "Modals", "views.open" and "views.publish", read 2026-11. */
export function createViews(workspace: Workspace, kit: ReturnType<typeof blockKit>) {
  const { options } = workspace;
  const triggers = new Map<string, Trigger>();
  const views = new Map<string, FakeView>();
  const homes = new Map<string, FakeView>();

  function issueTrigger(user: string, fromView?: string): string {
    const trigger = `${Math.floor(options.clock.now())}.${workspace.nextId('').slice(-6)}.${randomBytes(8).toString('hex')}`;
    triggers.set(trigger, { user, at: options.clock.now(), ...(fromView ? { fromView } : {}), used: false });
    return trigger;
  }

  function exchange(id: string): Trigger | SlackError {
    const trigger = triggers.get(id);
    if (!trigger) return { error: 'invalid_trigger_id' };
    if (trigger.used) return { error: 'exchanged_trigger_id' };
    if (options.clock.now() - trigger.at > triggerLifeMs) return { error: 'expired_trigger_id' };
    trigger.used = true;
    return trigger;
  }

  function viewError(view: unknown, type: 'modal' | 'home', self?: string): (Json & SlackError) | undefined {
    if (Buffer.byteLength(JSON.stringify(view) ?? '') > viewBytesMax) return { error: 'view_too_large' };
    const problems = kit.viewProblems(view, type);
    if (problems.length > 0) return { error: 'invalid_arguments', problems };
    const external = isRecord(view) ? view.external_id : undefined;
    const asksForFiles = interactiveElements(isRecord(view) ? view.blocks : []).some(
      ({ element }) => element.type === 'file_input',
    );
    // That it is refused is documented; the error is this fake's own choice.
    if (asksForFiles && !workspace.scopes.has('files:read'))
      return {
        error: 'invalid_arguments',
        problems: [{ pointer: '/view/blocks', message: 'file_input needs files:read' }],
      };
    const taken = [...views.values()].some(
      (one) => external && one.json.external_id === external && one.id !== self && one.state === 'open',
    );
    return taken ? { error: 'duplicate_external_id' } : undefined;
  }

  function stored(view: Json): Json {
    return { ...view, blocks: withIds(view.blocks as unknown[], () => randomBytes(4).toString('hex')) };
  }

  const nextHash = () => `${Math.floor(options.clock.now() / 1000)}.${randomBytes(4).toString('hex')}`;

  function depth(view: FakeView | undefined): number {
    return view ? 1 + depth(view.below ? views.get(view.below) : undefined) : 0;
  }

  function place(user: string, json: Json, below?: string): FakeView {
    const view: FakeView = {
      id: workspace.nextId('V'),
      user,
      json: stored(json),
      hash: nextHash(),
      ...(below ? { below } : {}),
      state: 'open',
    };
    views.set(view.id, view);
    return view;
  }

  function open(triggerId: string, json: unknown, how: 'open' | 'push') {
    const wrong = viewError(json, 'modal');
    if (wrong) return wrong;
    const trigger = exchange(triggerId);
    if ('error' in trigger) return trigger;
    const below = how === 'push' ? trigger.fromView : undefined;
    if (how === 'push' && (!below || views.get(below)?.state !== 'open')) return { error: 'invalid_trigger_id' };
    if (below && depth(views.get(below)) >= stackMax) return { error: 'push_limit_reached' };
    return { view: viewJson(place(trigger.user, json as Json, below)) };
  }

  function update(given: Json) {
    const view = [...views.values()].find(
      (one) =>
        one.state === 'open' &&
        (one.id === given.view_id || (given.external_id && one.json.external_id === given.external_id)),
    );
    if (!view) return { error: 'not_found' };
    const wrong = viewError(given.view, 'modal', view.id);
    if (wrong) return wrong;
    if (given.hash !== undefined && given.hash !== view.hash) return { error: 'hash_conflict' };
    replace(view, given.view as Json);
    return { view: viewJson(view) };
  }

  function replace(view: FakeView, json: Json): void {
    view.json = stored(json);
    view.hash = nextHash();
  }

  function publish(given: Json) {
    if (workspace.manifest()?.homeTab === false) return { error: 'not_enabled' };
    const user = workspace.users.get(String(given.user_id));
    if (!user) return { error: 'user_not_found' };
    const wrong = viewError(given.view, 'home');
    if (wrong) return wrong;
    const known = homes.get(user.id);
    if (given.hash !== undefined && given.hash !== known?.hash) return { error: 'hash_conflict' };
    const view: FakeView = {
      id: known?.id ?? workspace.nextId('V'),
      user: user.id,
      json: stored(given.view as Json),
      hash: nextHash(),
      state: 'open',
    };
    homes.set(user.id, view);
    return { view: viewJson(view) };
  }

  function viewJson(view: FakeView, state: Json = {}): Json {
    return {
      private_metadata: '',
      callback_id: '',
      external_id: '',
      ...view.json,
      id: view.id,
      team_id: options.teamId,
      state: { values: state },
      hash: view.hash,
      root_view_id: rootOf(view).id,
      previous_view_id: view.below ?? null,
      app_id: options.appId,
      bot_id: options.botId,
      app_installed_team_id: options.teamId,
    };
  }

  function rootOf(view: FakeView): FakeView {
    const below = view.below ? views.get(view.below) : undefined;
    return below ? rootOf(below) : view;
  }

  /** The newest open modal with this id or callback_id. */
  function find(idOrCallback: string): FakeView {
    const view = [...views.values()]
      .reverse()
      .find((one) => one.state === 'open' && (one.id === idOrCallback || one.json.callback_id === idOrCallback));
    if (!view) throw new Error(`No open view is called ${idOrCallback}.`);
    return view;
  }

  /**
   * What a person filled in, as `view.state.values`. Short forms are taken: a string for a text, an option's value for a
   * choice, a list for several, file ids for files; what isn't given keeps its initial value.
   * @throws Error when Slack's client wouldn't let the person submit this.
   */
  function filledIn(view: FakeView, answers: Json): Json {
    const values: Record<string, Json> = {};
    const known = new Set<string>();
    for (const { block, element } of interactiveElements(view.json.blocks)) {
      if (block.type !== 'input') continue;
      const blockId = String(block.block_id);
      const actionId = String(element.action_id);
      known.add(blockId).add(actionId);
      const value = filled(element, answers[blockId] ?? answers[actionId], workspace, view.user);
      const entry = Object.entries(value).find(([key]) => key !== 'type')?.[1];
      const empty = entry === null || entry === undefined || (Array.isArray(entry) && entry.length === 0);
      if (empty && block.optional !== true) throw new Error(`The form needs an answer for ${blockId}.`);
      values[blockId] = { [actionId]: value };
    }
    for (const key of Object.keys(answers)) if (!known.has(key)) throw new Error(`The form does not ask for ${key}.`);
    return values;
  }

  return {
    views,
    homes,
    issueTrigger,
    open,
    update,
    publish,
    viewError,
    replace,
    push: (below: FakeView, json: Json) => place(below.user, json, below.id),
    depth,
    viewJson,
    find,
    filledIn,
  };
}

function filled(element: Json, answer: unknown, workspace: Workspace, user: string): Json {
  const type = String(element.type);
  const options = [
    ...((element.options as Json[] | undefined) ?? []),
    ...((element.option_groups as Json[] | undefined) ?? []).flatMap((group) => group.options as Json[]),
  ];
  const optionOf = (value: unknown): Json => {
    const option = options.find((one) => one.value === value);
    if (!option) throw new Error(`${element.action_id} has no option ${JSON.stringify(value)}.`);
    return { text: option.text, value: option.value };
  };
  const many = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
  switch (type) {
    case 'static_select':
    case 'radio_buttons':
      return { type, selected_option: answer === undefined ? (element.initial_option ?? null) : optionOf(answer) };
    case 'checkboxes':
    case 'multi_static_select':
      return {
        type,
        selected_options: answer === undefined ? (element.initial_options ?? []) : many(answer).map(optionOf),
      };
    case 'file_input': {
      const ids = many(answer).map(String);
      if (ids.length > Number(element.max_files ?? 10)) throw new Error(`${element.action_id} takes fewer files.`);
      for (const id of ids) fitsFileInput(element, id, workspace, user);
      return { type, files: ids.map((id) => workspace.fileJson(id)) };
    }
    case 'users_select':
      return { type, selected_user: answer ?? element.initial_user ?? null };
    case 'channels_select':
      return { type, selected_channel: answer ?? element.initial_channel ?? null };
    case 'conversations_select':
      return { type, selected_conversation: answer ?? element.initial_conversation ?? null };
    case 'datepicker':
      return { type, selected_date: answer ?? element.initial_date ?? null };
    case 'timepicker':
      return { type, selected_time: answer ?? element.initial_time ?? null };
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input': {
      const text = answer ?? element.initial_value ?? null;
      if (typeof text === 'string') inLimits(element, text);
      return { type, value: text === '' ? null : text };
    }
    default:
      throw new Error(`This fake can't fill in ${type}.`);
  }
}

/** Source: docs.slack.dev, "File input element", read 2026-11. */
function fitsFileInput(element: Json, id: string, workspace: Workspace, user: string): void {
  const file = workspace.files.get(id);
  if (!file || file.user !== user) throw new Error(`There is no file ${id} of ${user}.`);
  if (file.length > fileInputBytesMax) throw new Error(`${file.name} is too large for a form.`);
  const ending = file.name.split('.').at(-1)?.toLowerCase();
  const { filetypes } = element;
  if (Array.isArray(filetypes) && !filetypes.includes(ending))
    throw new Error(`${element.action_id} takes no ${ending}.`);
}

function inLimits(element: Json, text: string): void {
  const { max_length: max = 3000, min_length: min = 0, min_value: least, max_value: most } = element;
  const fits =
    element.type === 'number_input'
      ? /^-?\d+(\.\d+)?$/.test(text) &&
        (element.is_decimal_allowed === true || /^-?\d+$/.test(text)) &&
        (least === undefined || Number(text) >= Number(least)) &&
        (most === undefined || Number(text) <= Number(most))
      : text.length >= Number(min) && text.length <= Number(max);
  if (!fits) throw new Error(`Slack does not let a person enter this into ${element.action_id}.`);
}
