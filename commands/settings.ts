import { takesSize } from '../src/domain/catalogue.ts';
import { answerCommand, type Desk, groupCommand } from '../src/domain/command.ts';
import { readSize, shapes } from '../src/domain/image.ts';
import { pictureOptions } from '../src/domain/picture-options.ts';
import { countMaxUnlessSet, type PersonPreferences } from '../src/domain/preferences.ts';
import type { Refusal } from '../src/domain/refusal.ts';
import { lines, nearest } from '../src/domain/text.ts';

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
        return lines(
          `shape: ${own.shape ?? 'square'}`,
          `quality: ${own.quality ?? 'medium'}`,
          `count: ${own.count ?? 1} (at most ${countMax ?? countMaxUnlessSet} here)`,
          `model: ${own.model ?? desk.models[0] ?? desk.catalogue.default}`,
          `answers under a picture that change it here: ${replies === 'requester' ? 'the requester’s, and those that name Easel' : 'those that name Easel'}`,
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
        const changes: PersonPreferences = {
          ...(shape && { shape: shape.toLowerCase() }),
          ...(quality && { quality }),
          ...(count && { count }),
          ...(model && { model }),
        };
        if (Object.keys(changes).length === 0)
          return unclear('You changed nothing.', 'Try /settings set quality:high.');
        const wrong =
          wrongShape(changes.shape, desk) ?? wrongModel(changes.model, desk) ?? (await wrongCount(changes.count, desk));
        if (wrong) return wrong;
        const own = await desk.preferences.ofPerson(desk.asker.id);
        await desk.preferences.setPerson(desk.asker.id, { ...own, ...changes });
        return `Saved: ${Object.entries(changes)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}.`;
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
  },
});

const repliesText = {
  requester:
    'An answer under a picture now changes it when it comes from whoever asked for that picture, or names Easel.',
  mentions: 'An answer under a picture now changes it only when it names Easel.',
} as const;

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

function wrongModel(model: string | undefined, { models }: Desk): Refusal | undefined {
  if (model === undefined || models.includes(model)) return undefined;
  const near = nearest(model, models);
  return unclear(
    `Nobody here offers the model “${model}”.`,
    near ? `Did you mean ${near}?` : `There is ${models.join(', ')}.`,
  );
}
