/** How a task stands, in the same words for both generations of the API. */
export type Task =
  | { readonly state: 'running'; readonly percent: number | undefined }
  | { readonly state: 'made'; readonly urls: readonly string[] }
  | { readonly state: 'declined'; readonly stage: 'prompt' | 'picture' | 'unknown' }
  | { readonly state: 'failed'; readonly words: string };

export interface NamedTask {
  readonly id: string;
  readonly task: Task;
}

/** Ids stand in addresses. */
const idPattern = /^[\w-]{1,200}$/;

/**
 * Reads a task wherever it stands: as the whole message (streams, callbacks, the newer API) or as its `data` (the older
 * one). Undefined for anything else. A task of which only the id is said has just begun.
 * Sources: clients of GrsAI in public repositories, its documentation is behind a login: github.com search for
 * /v1/draw/completions and /v1/api/generate. Read 2026-11.
 */
export function readTask(message: unknown): NamedTask | undefined {
  const { data } = fieldsOf(message);
  const fields = fieldsOf(typeof data === 'object' && data !== null ? data : message);
  const { id } = fields;
  return typeof id === 'string' && idPattern.test(id) ? { id, task: taskOf(fields) } : undefined;
}

/** What a message says went wrong, in the service's words; empty when it says nothing. */
export function wordsIn(message: unknown): string {
  const { msg, message: other, error, failure_reason } = fieldsOf(message);
  const said = [failure_reason, typeof error === 'string' ? error : fieldsOf(error).message, msg, other];
  return said.filter((words) => typeof words === 'string' && words !== '').join(': ');
}

export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function taskOf(fields: Readonly<Record<string, unknown>>): Task {
  switch (fields.status) {
    case 'succeeded':
      return { state: 'made', urls: urlsIn(fields) };
    case 'violation':
      return { state: 'declined', stage: stageIn(wordsIn(fields)) ?? 'unknown' };
    case 'failed': {
      const words = wordsIn(fields);
      const stage = stageIn(words);
      return stage ? { state: 'declined', stage } : { state: 'failed', words: words || 'no reason given' };
    }
    // Other names for a task that is not over have been seen: pending, processing.
    default:
      return { state: 'running', percent: percentIn(fields) };
  }
}

function stageIn(words: string): 'prompt' | 'picture' | 'unknown' | undefined {
  if (words.includes('input_moderation')) return 'prompt';
  if (words.includes('output_moderation')) return 'picture';
  return words.includes('violation') ? 'unknown' : undefined;
}

/** The oldest form has one `url` in place of the list. */
function urlsIn({ results, url }: Readonly<Record<string, unknown>>): string[] {
  const listed = Array.isArray(results) ? results.map((result) => fieldsOf(result).url) : [];
  return (listed.length > 0 ? listed : [url]).filter((each) => typeof each === 'string').filter(Boolean);
}

function percentIn({ progress }: Readonly<Record<string, unknown>>): number | undefined {
  return typeof progress === 'number' && progress >= 0 && progress <= 100 ? progress : undefined;
}
