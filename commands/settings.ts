import { findModel, isGone, livingSuccessor, takesSize } from '../src/domain/catalogue.ts';
import { answerCommand, type Desk, groupCommand } from '../src/domain/command.ts';
import { creditsText } from '../src/domain/credits.ts';
import { readSize, shapes } from '../src/domain/image.ts';
import { type Lane, lanes } from '../src/domain/image-provider.ts';
import type { PersonId } from '../src/domain/person.ts';
import { pictureOptions } from '../src/domain/picture-options.ts';
import { countMaxUnlessSet, type LaneSettings, type PersonPreferences } from '../src/domain/preferences.ts';
import { isRefusal, type Refusal } from '../src/domain/refusal.ts';
import { lines, nearest, type Span } from '../src/domain/text.ts';

/** A person's defaults, and the few things an admin decides for all. */
export default groupCommand({
  summary: 'Your defaults for shape, quality, count and model',
  defaultVerb: 'show',
  verbs: {
    show: answerCommand({
      summary: 'What counts when you leave it open',
      options: {},
      async answer(_values, desk) {
        const own = await desk.preferences.ofPerson(desk.asker.id);
        const { countMax, replies = 'requester' } = await desk.preferences.ofWorkspace(desk.asker.workspace);
        const lane = await desk.lane();
        return lines(
          `shape: ${own.shape ?? 'square'}`,
          `quality: ${own.quality ?? 'medium'}`,
          `count: ${own.count ?? 1} (at most ${countMax ?? countMaxUnlessSet} here)`,
          `model: ${modelText(own.model ?? desk.models[0] ?? desk.catalogue.default, desk)}`,
          `answers under a picture that change it here: ${replies === 'requester' ? 'the requester’s, and those that name Easel' : 'those that name Easel'}`,
          ...(lane === 'normal' ? [] : [`how your pictures are made: ${laneText[lane]} (${lane})`]),
        );
      },
    }),
    set: answerCommand({
      summary: 'Change your defaults',
      options: {
        shape: pictureOptions.shape,
        quality: pictureOptions.quality,
        count: pictureOptions.count,
        model: pictureOptions.model,
      },
      async answer({ shape, quality, count, model }, desk) {
        const chosen = model ? offeredModel(model, desk) : undefined;
        if (isRefusal(chosen)) return chosen;
        const changes: PersonPreferences = {
          ...(shape && { shape: shape.toLowerCase() }),
          ...(quality && { quality }),
          ...(count && { count }),
          ...(chosen && { model: chosen }),
        };
        if (Object.keys(changes).length === 0)
          return unclear('You changed nothing.', 'Try /settings set quality:high.');
        const wrong = wrongShape(changes.shape, desk) ?? (await wrongCount(changes.count, desk));
        if (wrong) return wrong;
        const own = await desk.preferences.ofPerson(desk.asker.id);
        await desk.preferences.setPerson(desk.asker.id, { ...own, ...changes });
        const saved = Object.entries(changes).map(([name, value]) => `${name} ${value}`);
        const gone = model && findModel(desk.catalogue, model);
        const instead = gone && isGone(gone, desk.now) ? ` ${gone.id} is gone; ${chosen} takes its place.` : '';
        return `Saved: ${saved.join(', ')}.${instead}`;
      },
    }),
    clear: answerCommand({
      summary: 'Forget your defaults',
      options: {},
      async answer(_values, { preferences, asker }) {
        await preferences.setPerson(asker.id, {});
        return 'Your defaults are gone; the usual ones count again.';
      },
    }),
    'forget-me': answerCommand({
      summary: 'Have Easel forget what you asked for',
      options: { confirm: { kind: 'flag', summary: 'Yes: forget me' } },
      async answer({ confirm }, { forgetMe, ledger, asker }) {
        if (confirm) return forgetMe();
        const { available } = await ledger.balance(asker.id);
        return lines(
          'This removes everything you asked Easel for: your words, pictures and settings, and your name. What you have in the works is cancelled.',
          'Messages that were posted stay. Press Delete under those that should go, before: afterwards only an admin can.',
          `What was paid stays booked, without your name. The ${creditsText(available)} you have left are gone then, and nobody gets the starting credits twice.`,
          'Nothing was changed yet. To go on: /settings forget-me confirm:true',
        );
      },
    }),
    team: answerCommand({
      summary: 'Decide for everyone here (admins)',
      adminOnly: 'change what counts for everyone here',
      options: {
        'count-max': {
          kind: 'integer',
          summary: 'How many pictures one request may ask for at most',
          required: true,
          min: 1,
          max: 10,
        },
      },
      async answer(given, { preferences, asker }) {
        const countMax = given['count-max'];
        const own = await preferences.ofWorkspace(asker.workspace);
        await preferences.setWorkspace(asker.workspace, { ...own, countMax });
        return `One request may now ask for up to ${countMax}.`;
      },
    }),
    replies: answerCommand({
      summary: 'Decide which answers under a picture change it (admins)',
      adminOnly: 'change what counts for everyone here',
      options: {
        whose: {
          kind: 'choice',
          summary: 'The requester’s and those that name Easel, or mentions only',
          required: true,
          values: ['requester', 'mentions'],
        },
      },
      async answer({ whose }, { preferences, asker }) {
        const own = await preferences.ofWorkspace(asker.workspace);
        await preferences.setWorkspace(asker.workspace, { ...own, replies: whose });
        return repliesText[whose];
      },
    }),
    lane: answerCommand({
      summary: 'Decide how somebody’s pictures are made: fast, as usual or cheap (admins)',
      adminOnly: 'decide how pictures are made here',
      options: {
        lane: {
          kind: 'choice',
          summary: 'The preferred service, the best of price and pace, or the cheapest; usual forgets it',
          required: true,
          values: [...lanes, 'usual'],
        },
        user: { kind: 'person', summary: 'Whose; this counts before any role' },
        role: { kind: 'choice', summary: 'Of all who are this here', values: ['admins', 'everyone'] },
      },
      async answer({ lane, user, role }, { preferences, asker }) {
        if ((user === undefined) === (role === undefined))
          return unclear('Name either a person or a role.', 'Try /settings lane priority role:everyone.');
        const own = await preferences.ofWorkspace(asker.workspace);
        const wanted = lane === 'usual' ? undefined : lane;
        const changed = withLane(own.lanes ?? {}, user ?? role ?? 'everyone', wanted);
        await preferences.setWorkspace(asker.workspace, { ...own, lanes: changed });
        const whose: Span = user ? { person: user } : `${role} here`;
        if (!wanted) return ['What was set for ', whose, ' is gone.'];
        return ['Pictures of ', whose, ` are now made by ${laneText[wanted]}.`];
      },
    }),
  },
});

const repliesText = {
  requester:
    'An answer under a picture now changes it when it comes from whoever asked for that picture, or names Easel.',
  mentions: 'An answer under a picture now changes it only when it names Easel.',
} as const;

const laneText: Record<Lane, string> = {
  priority: 'the preferred service',
  normal: 'the best of price and pace',
  batch: 'the cheapest service',
};

/** @param lane undefined: forgets what was set */
function withLane(set: LaneSettings, whose: PersonId | 'admins' | 'everyone', lane: Lane | undefined): LaneSettings {
  const changed = (old: object | undefined, key: string) =>
    Object.fromEntries([
      ...Object.entries(old ?? {}).filter(([known]) => known !== key),
      ...(lane ? [[key, lane]] : []),
    ]);
  const isRole = whose === 'admins' || whose === 'everyone';
  return isRole ? changed(set, whose) : { ...set, people: changed(set.people, whose) };
}

const unclear = (what: string, hint?: string): Refusal => ({ refused: 'unclear', what, hint });

async function wrongCount(count: number | undefined, { preferences, asker }: Desk): Promise<Refusal | undefined> {
  const { countMax = countMaxUnlessSet } = await preferences.ofWorkspace(asker.workspace);
  if (count === undefined || count <= countMax) return undefined;
  return unclear(`One request may ask for up to ${countMax} pictures here.`, `Try count:${countMax}.`);
}

function wrongShape(shape: string | undefined, { catalogue }: Desk): Refusal | undefined {
  if (shape === undefined || shapes.some((known) => known === shape)) return undefined;
  const size = readSize(shape);
  if (size && catalogue.models.some((model) => takesSize(model, size))) return undefined;
  return unclear(`No model makes the shape “${shape}”.`, `Try ${shapes.join(', ')} or 1536x864.`);
}

/** The model by its own name, or what takes its place; a refusal where nobody here offers it. */
function offeredModel(given: string, { models, catalogue, now }: Desk): string | Refusal {
  const known = findModel(catalogue, given);
  const model = known && livingSuccessor(catalogue, known, now);
  if (model && models.includes(model.id)) return model.id;
  const near = nearest(given, models);
  return unclear(
    known && isGone(known, now)
      ? `${known.id} is gone${model ? `, and nobody here offers ${model.id}` : ''}.`
      : `Nobody here offers the model “${given}”.`,
    near && near !== known?.id ? `Did you mean ${near}?` : `There is ${models.join(', ')}.`,
  );
}

/** The model's name, and what pictures are made with where it is gone. */
function modelText(id: string, { catalogue, now }: Desk): string {
  const model = findModel(catalogue, id);
  if (!model || !isGone(model, now)) return id;
  const instead = livingSuccessor(catalogue, model, now);
  return `${id}, which is gone${instead ? `: ${instead.id} takes its place` : ''}`;
}
