import type { ProviderKind } from '../domain/catalogue.ts';
import type { ListedModel } from '../domain/listing.ts';
import { FetchFailure, type GuardedFetch } from '../http/guarded-fetch.ts';
import { versionedUrl } from './versioned-url.ts';

/** A service as the configuration names it. */
export interface ListingSite {
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly apiVersion: string | undefined;
  /** Allows the base URL's origin. */
  readonly fetch: GuardedFetch;
}

const deadlineMs = 10_000;
const bytesMax = 4_000_000;
const modelsMax = 10_000;

/**
 * The models that a service lists, at `GET …/models` of its base URL: one short question, which costs nothing.
 * The key goes to the base URL's origin and nowhere else. What can't be had comes back as words, the end of a sentence
 * that begins with the service's name.
 * Sources: developers.openai.com API reference "List models"; learn.microsoft.com Azure REST "Models - List" (v1:
 * `GET /openai/v1/models`; deployment form: `deprecation.inference`). Read 2026-11.
 */
export async function listedModels(site: ListingSite, signal?: AbortSignal): Promise<readonly ListedModel[] | string> {
  const question = questionFor(site);
  if (typeof question === 'string') return question;
  const { origin } = new URL(question.url);
  try {
    const { status, bytes } = await site.fetch(question.url, {
      ...{ headers: { accept: 'application/json', ...question.headers }, deadlineMs, bytesMax },
      ...(signal && { signal }),
      mayRedirectTo: (url) => url.origin === origin,
    });
    if (status !== 200) return statusWords(status);
    return readList(bytes) ?? 'answers with something that is no list of models';
  } catch (error) {
    if (error instanceof FetchFailure) return failures[error.code];
    throw error;
  }
}

interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where to ask, and how; or why there is nobody to ask. */
function questionFor({ kind, baseUrl, apiKey, apiVersion }: ListingSite): Question | string {
  switch (kind) {
    case 'openai':
    case 'chat':
      return { url: `${versionedUrl(baseUrl)}/models`, headers: { authorization: `Bearer ${apiKey}` } };
    case 'azure': {
      const base = baseUrl.replace(/\/+$/, '');
      if (!base.endsWith('/openai/v1')) return 'has no list of models at an address of the deployment form';
      if (!apiKey) return 'is asked for its models only where it has a key';
      const version = apiVersion ? `?api-version=${encodeURIComponent(apiVersion)}` : '';
      return { url: `${base}/models${version}`, headers: { 'api-key': apiKey } };
    }
    case 'grsai':
      return 'has no list of models';
  }
}

function statusWords(status: number): string {
  if (status === 401 || status === 403) return `refuses the key (${status})`;
  if (status === 404 || status === 405 || status === 501) return `has no list of models (${status})`;
  return status === 429 ? 'is asked too often (429)' : `fails to list its models (${status})`;
}

const failures: Readonly<Record<FetchFailure['code'], string>> = {
  timeout: `did not list its models within ${deadlineMs / 1_000} s`,
  'too-large': `answers with more than ${bytesMax / 1e6} MB`,
  redirects: 'sends the question around without end',
  forbidden: 'sends the question to another host, which does not get the key',
  insecure: 'sends the question to an address without https',
  unreachable: 'could not be reached',
};

/** `{data: […]}`, as all services answer that speak like OpenAI. Undefined when it is something else. */
function readList(bytes: Uint8Array): readonly ListedModel[] | undefined {
  try {
    const { data } = JSON.parse(new TextDecoder().decode(bytes)) as { data?: unknown };
    return Array.isArray(data) ? data.slice(0, modelsMax).flatMap(readModel) : undefined;
  } catch {
    return undefined;
  }
}

function readModel(entry: unknown): ListedModel[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { id, shutdown_date: date, deprecation } = entry as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || id === '' || id.length > 200) return [];
  const { inference } = (deprecation ?? {}) as Readonly<Record<string, unknown>>;
  return [{ id, shutsDownOn: readDay(date) ?? readDay(inference) }];
}

const [yearMin, yearMax] = [2020, 2100];

/** A date or a time of ISO 8601, or seconds since 1970. Undefined for what can't be the day of a shutdown. */
function readDay(given: unknown): string | undefined {
  const text = typeof given === 'string' && given.length <= 40 ? given.trim() : undefined;
  const seconds = typeof given === 'number' ? given : text && /^\d{9,11}$/.test(text) ? Number(text) : undefined;
  const iso = text && /^\d{4}-\d{2}-\d{2}(T|$)/.test(text) ? Date.parse(text) : Number.NaN;
  const day = new Date(seconds === undefined ? iso : seconds * 1_000);
  const year = day.getUTCFullYear();
  return year >= yearMin && year <= yearMax ? day.toISOString().slice(0, 10) : undefined;
}
