import { APIError } from 'openai';
import type { Progress } from '../domain/image-provider.ts';
import { excerpt } from '../domain/text.ts';
import { percentIn } from './chat-percent.ts';
import { brokenAnswer } from './openai-errors.ts';

/** A message as it came, put together from its pieces. Pictures are `data:` or `http` URLs, not looked at yet. */
export interface Reply {
  readonly text: string;
  /** From a list of pictures beside the text. */
  readonly images: readonly string[];
  /** From a text that came in parts, some of them pictures. */
  readonly parts: readonly string[];
  /** The service says by a field of its own that it declines. */
  readonly declined: boolean;
  readonly requestId: string | undefined;
}

/** Some 100 MB of pictures; nothing that is meant as an answer is longer. */
const charactersMax = 150_000_000;

/**
 * Reads a reply to its end: as a stream, or whole where the service does not stream although it was asked to.
 * @param prompt percent signs in it are not the service's
 * @throws Fault `broken-answer`; APIError for an error under status 200 or in a stream; whatever breaks the connection
 */
export async function readReply(
  events: AsyncIterable<unknown>,
  response: Response,
  prompt: string,
  onProgress: (progress: Progress) => void,
): Promise<Reply> {
  const isStream = /event-stream/i.test(response.headers.get('content-type') ?? '');
  const message = gatherer(isStream && percentIn(prompt) === undefined ? onProgress : () => undefined);
  if (isStream) await readEvents(events, message);
  else message.add(await wholeOf(response));
  return message.reply(response.headers.get('x-request-id') ?? undefined);
}

/** A connection that breaks once the message is finished has brought everything. */
async function readEvents(events: AsyncIterable<unknown>, message: Gatherer): Promise<void> {
  try {
    for await (const event of events) message.add(event);
  } catch (error) {
    if (error instanceof APIError || !message.isFinished()) throw error;
  }
}

async function wholeOf(response: Response): Promise<object> {
  const text = await response.text();
  const body = jsonIn(text);
  if (typeof body !== 'object' || body === null) {
    const requestId = response.headers.get('x-request-id') ?? undefined;
    throw brokenAnswer(`the answer is no JSON: ${excerpt(text.slice(0, 2000), 200)}`, requestId);
  }
  const { error, choices } = body as { error?: unknown; choices?: unknown };
  if (error || !Array.isArray(choices))
    throw new APIError(undefined, (error || body) as object, undefined, response.headers);
  return body;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Gatherer = ReturnType<typeof gatherer>;
type Fields = Readonly<Record<string, unknown>>;

/** Takes whole completions and chunks alike. What is not as it should be is left out. */
function gatherer(onProgress: (progress: Progress) => void) {
  const texts: string[] = [];
  const images: string[] = [];
  const parts: string[] = [];
  let [characters, percent, tail] = [0, -1, ''];
  let [declined, finished] = [false, false];
  let id: string | undefined;

  function addText(text: unknown): void {
    if (typeof text !== 'string') return;
    characters += text.length;
    texts.push(text);
    tail = (tail.slice(-32) + text).slice(-2000);
    const now = percentIn(tail);
    if (now === undefined || now <= percent) return;
    percent = now;
    onProgress({ percent });
  }

  function addPicture(source: string | undefined, to: string[]): void {
    characters += source?.length ?? 0;
    if (source) to.push(source);
  }

  function addMessage({ content, images: listed, refusal }: Fields): void {
    addText(content);
    for (const part of objectsIn(content)) {
      if (typeof part.text === 'string') addText(part.text);
      else addPicture(pictureIn(part), parts);
    }
    for (const item of Array.isArray(listed) ? listed : [])
      addPicture(typeof item === 'string' ? item : pictureIn(fieldsOf(item)), images);
    if (typeof refusal === 'string' && refusal !== '') {
      addText(refusal);
      declined = true;
    }
  }

  return {
    add(event: unknown): void {
      const { id: given, choices } = fieldsOf(event);
      if (typeof given === 'string' && given !== '') id = given;
      for (const { delta, message, finish_reason } of objectsIn(choices)) {
        addMessage(fieldsOf(delta));
        addMessage(fieldsOf(message));
        if (finish_reason === 'content_filter') declined = true;
        if (typeof finish_reason === 'string' && finish_reason !== '') finished = true;
      }
      if (characters > charactersMax) throw brokenAnswer(`the answer has over ${charactersMax} characters`, id);
    },
    isFinished: () => finished,
    reply: (requestId: string | undefined): Reply => ({
      ...{ text: texts.join(''), images, parts, declined },
      requestId: requestId ?? id,
    }),
  };
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const objectsIn = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);

/** `image_url`, `output_image` and `inline_data`, each as it is written by one service or another. */
function pictureIn(part: Fields): string | undefined {
  const link = part.image_url ?? part.url;
  const url = typeof link === 'string' ? link : fieldsOf(link).url;
  if (typeof url === 'string') return url;
  const inline = fieldsOf(part.inline_data ?? part.inlineData);
  const letters = inline.data ?? part.b64_json ?? part.result;
  return typeof letters === 'string' ? `data:image/png;base64,${letters.slice(letters.indexOf(',') + 1)}` : undefined;
}
