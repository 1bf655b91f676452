import { type Model, providerKinds, takesSize } from './domain/catalogue.ts';
import { backgrounds, formats, qualities, readSize, shapes } from './domain/image.ts';

/**
 * What is wrong with a model of a catalogue file, in plain words, or undefined. What differs at a kind of service is
 * checked like the model itself, with what it does not change.
 */
export function modelProblem(model: Readonly<Record<string, unknown>>): string | undefined {
  const own = lifeProblem(model.life) ?? factsProblem(model);
  if (own) return own;
  if (!isRecord(model.kinds)) return `its “kinds” must name ${providerKinds.join(', ')} or none of them`;
  for (const [kind, differences] of Object.entries(model.kinds)) {
    const wrong = kindProblem(model, kind, differences);
    if (wrong) return `at kind ${kind} ${wrong}`;
  }
  return undefined;
}

function kindProblem(model: Readonly<Record<string, unknown>>, kind: string, differences: unknown): string | undefined {
  if (!providerKinds.some((known) => known === kind)) return `is unknown; there is ${providerKinds.join(', ')}`;
  if (!isRecord(differences)) return 'there must be an object with what differs, {} where nothing does';
  const unknown = Object.keys(differences).find((field) => !(field in checks) && field !== 'sources');
  if (unknown) return `“${unknown}” is nothing that can differ`;
  return factsProblem({ ...model, ...differences });
}

function lifeProblem(life: unknown): string | undefined {
  if (!isRecord(life) || !['current', 'retiring', 'gone'].includes(String(life.state)))
    return 'its “life” must have a state: current, retiring or gone';
  return life.state === 'current' || isDay(life.on) ? undefined : 'its “life” must say the day, “on”, as 2026-12-01';
}

const isDay = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));

function factsProblem(facts: Readonly<Record<string, unknown>>): string | undefined {
  for (const [field, [fits, what]] of Object.entries(checks)) {
    if (facts[field] !== undefined && !fits(facts[field])) return `its “${field}” must be ${what}`;
  }
  // All that is looked at has been checked by now.
  const model = facts as unknown as Model;
  const outside = shapes.find((shape) => {
    const size = readSize(model.shapes[shape]);
    return !size || !takesSize(model, size);
  });
  return outside && `its shape ${outside}, ${model.shapes[outside]}, is none of its sizes`;
}

type Check = readonly [fits: (value: unknown) => boolean, what: string];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isSize = (value: unknown): boolean => typeof value === 'string' && readSize(value) !== undefined;
const isTable = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).every(
    ([quality, sizes]) =>
      qualities.some((known) => known === quality) &&
      isRecord(sizes) &&
      Object.entries(sizes).every(([size, amount]) => isSize(size) && isAmount(amount)),
  );
const amounts = (value: unknown, ...names: readonly string[]): boolean =>
  isRecord(value) && names.every((name) => isAmount(value[name]));

const some = (known: readonly string[]): Check => [
  (value) => Array.isArray(value) && value.every((each) => known.includes(each)),
  `a list of some of ${known.join(', ')}`,
];
const count: Check = [(value) => Number.isSafeInteger(value) && Number(value) >= 0, 'a whole number'];
const amount: Check = [isAmount, 'a number, 0 or more'];

/** Every fact that may differ where a kind of service offers a model. */
const checks: Readonly<Record<string, Check>> = {
  qualities: some(qualities),
  formats: some(formats),
  backgrounds: some(backgrounds),
  tasks: some(['generate', 'edit']),
  called: [isText, 'a name'],
  sizes: [
    (value) =>
      isRecord(value) &&
      (Array.isArray(value.list)
        ? value.list.length > 0 && value.list.every(isSize)
        : amounts(value.rule, 'step', 'ratioMax', 'edgeMax', 'pixelsMin', 'pixelsMax')),
    'a list of sizes such as 1024x1024, or a rule with step, ratioMax, edgeMax, pixelsMin and pixelsMax',
  ],
  shapes: [
    (value) => isRecord(value) && shapes.every((shape) => isSize(value[shape])),
    `a size such as 1024x1024 for each of ${shapes.join(', ')}`,
  ],
  countMax: count,
  referencesMax: count,
  partialImagesMax: count,
  promptCharactersMax: count,
  mask: [(value) => typeof value === 'boolean', 'true or false'],
  prices: [
    (value) => value === null || amounts(value, 'textIn', 'imageIn', 'imageOut'),
    'US$ per million tokens as textIn, imageIn and imageOut, or null',
  ],
  outputTokens: [
    (value) => isRecord(value) && (value.formula === 'patches' ? isRecord(value.factors) : isTable(value.table)),
    'the formula “patches” with factors, or a table by quality and size',
  ],
  partialImageTokens: amount,
  inputImageTokens: amount,
  perImage: [(value) => isAmount(value) || isTable(value), 'US$ for a picture, or a table by quality and size'],
};
