import { type ProviderKind, providerKinds, type Task, tasks } from './domain/catalogue.ts';
import { type Lane, lanes } from './domain/image-provider.ts';
import { addressProblem, isV1Form } from './providers/azure-form.ts';
import type { Reader } from './read-environment.ts';

export interface ProviderConfig {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  /** Undefined only where a service can be reached without one: Azure by Microsoft Entra. */
  readonly apiKey: string | undefined;
  /** What to offer, and what the service calls it where that differs; undefined: all that the catalogue knows for the kind. */
  readonly models: readonly { readonly model: string; readonly called: string | undefined }[] | undefined;
  /** What it is asked to do: some services behind a gateway make pictures but change none. */
  readonly tasks: readonly Task[];
  readonly apiVersion: string | undefined;
  /** What a token from Microsoft Entra is asked for. */
  readonly scope: string;
  /** How the results of long tasks arrive, where the kind has such. */
  readonly reply: (typeof replies)[number];
  readonly priceMultiplier: number;
  /** US$ for one picture, whatever it is; undefined: as the catalogue says. */
  readonly pricePerImage: number | undefined;
  readonly lanes: readonly Lane[];
  readonly concurrency: number;
  readonly imagesPerMinute: number | undefined;
  /** Undefined: by quality. */
  readonly deadlineMs: number | undefined;
}

const replies = ['poll', 'stream', 'webhook'] as const;

/** The configured image services in order of preference, the one of `OPENAI_API_KEY` first. */
export function providerConfigs(read: Reader, problems: string[]): ProviderConfig[] {
  const key = read.text('OPENAI_API_KEY');
  const first: ProviderConfig[] = key
    ? [{ ...providerDefaults, name: 'openai', apiKey: key, baseUrl: read.url('OPENAI_BASE_URL') ?? openaiUrl }]
    : [];
  const named = read.list('PROVIDERS').map((name) => providerConfig(name, read, problems));
  const all = [...first, ...named];
  const twice = all.find(({ name }, at) => all.findIndex((other) => other.name === name) !== at);
  if (twice)
    problems.push(`PROVIDERS: there are two with the name ${twice.name}; OPENAI_API_KEY makes the one called openai`);
  return all;
}

const openaiUrl = 'https://api.openai.com/v1';
/** Where services of a kind are, unless it is said; undefined: it has to be said. */
const usualUrls: Readonly<Record<ProviderKind, string | undefined>> = {
  openai: openaiUrl,
  azure: undefined,
  grsai: 'https://grsaiapi.com',
  chat: undefined,
};
const providerDefaults = {
  kind: 'openai',
  models: undefined,
  tasks,
  apiVersion: undefined,
  scope: 'https://cognitiveservices.azure.com/.default',
  reply: 'poll',
  priceMultiplier: 1,
  pricePerImage: undefined,
  lanes,
  concurrency: 8,
  imagesPerMinute: undefined,
  deadlineMs: undefined,
} as const;

function providerConfig(name: string, read: Reader, problems: string[]): ProviderConfig {
  const prefix = `PROVIDER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  const kind = read.oneOf(`${prefix}_KIND`, providerKinds, 'openai');
  const apiKey = read.text(`${prefix}_API_KEY`);
  if (!apiKey && kind !== 'azure') problems.push(`${prefix}_API_KEY is missing`);
  const baseUrl = read.text(`${prefix}_BASE_URL`) ? read.url(`${prefix}_BASE_URL`) : usualUrls[kind];
  if (!read.text(`${prefix}_BASE_URL`) && !baseUrl) problems.push(`${prefix}_BASE_URL is missing`);
  if (kind === 'azure' && baseUrl) checkAzure(prefix, baseUrl, read, problems);
  const models = read.list(`${prefix}_MODELS`);
  const whole = (what: string, max: number) =>
    read.text(`${prefix}_${what}`) ? read.whole(`${prefix}_${what}`, 1, 1, max) : undefined;
  const reply = read.oneOf(`${prefix}_REPLY`, replies, 'poll');
  if (kind === 'grsai') checkGrsai(prefix, reply, read, problems);
  const deadlineSeconds = whole('DEADLINE_SECONDS', 3_600);
  return {
    name,
    kind,
    baseUrl: baseUrl ?? openaiUrl,
    apiKey,
    models: models.length > 0 ? models.map(modelNamed) : undefined,
    tasks: someOf(tasks, `${prefix}_TASKS`, read, problems),
    apiVersion: read.text(`${prefix}_API_VERSION`),
    scope: read.text(`${prefix}_SCOPE`) ?? providerDefaults.scope,
    reply,
    priceMultiplier: read.positive(`${prefix}_PRICE_MULTIPLIER`, 1),
    pricePerImage: read.text(`${prefix}_PRICE_PER_IMAGE`) ? read.positive(`${prefix}_PRICE_PER_IMAGE`, 1) : undefined,
    lanes: someOf(lanes, `${prefix}_LANES`, read, problems),
    concurrency: read.whole(`${prefix}_CONCURRENCY`, 8, 1, 1_000),
    imagesPerMinute: whole('IMAGES_PER_MINUTE', 100_000),
    deadlineMs: deadlineSeconds && deadlineSeconds * 1_000,
  };
}

function checkAzure(prefix: string, baseUrl: string, read: Reader, problems: string[]): void {
  const wrong = addressProblem(baseUrl);
  if (wrong) problems.push(`${prefix}_BASE_URL ${wrong}`);
  if (!isV1Form(baseUrl) && !read.text(`${prefix}_API_VERSION`))
    problems.push(
      `${prefix}_API_VERSION is missing: Azure needs it, such as 2025-04-01-preview, unless the address ends in /openai/v1`,
    );
}

/** The newer of GrsAI's two APIs is not known to call back. */
function checkGrsai(prefix: string, reply: ProviderConfig['reply'], read: Reader, problems: string[]): void {
  const version = read.text(`${prefix}_API_VERSION`)
    ? read.oneOf(`${prefix}_API_VERSION`, ['draw', 'api'], 'draw')
    : '';
  if (reply !== 'webhook') return;
  if (version === 'api') problems.push(`${prefix}_REPLY=webhook needs ${prefix}_API_VERSION=draw, or none`);
  if (!read.text('PUBLIC_URL'))
    problems.push(`PUBLIC_URL is missing: ${prefix}_REPLY=webhook needs an address where the service can call Easel`);
}

/** `model` or `model=what the service calls it`. */
function modelNamed(given: string): { model: string; called: string | undefined } {
  const [model = '', called] = given.split('=').map((part) => part.trim());
  return { model, called: called || undefined };
}

/** Some of the names there are, in their order; all of them where nothing is said. */
function someOf<Name extends string>(all: readonly Name[], variable: string, read: Reader, problems: string[]) {
  const given = read.list(variable);
  const unknown = given.filter((name) => !all.some((known) => known === name));
  if (unknown.length > 0) problems.push(`${variable} must be some of ${all.join(', ')}; it is “${given.join(',')}”`);
  return given.length === 0 ? all : all.filter((name) => given.includes(name));
}
