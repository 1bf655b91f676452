import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { ChatRequest, Received, Responder } from '../../../src/domain/chat-platform.ts';
import { jobId } from '../../../src/domain/job.ts';
import { type ConsoleOptions, consolePlatform } from '../../../src/platforms/console/console.ts';

interface Row {
  readonly text: string;
  /** Which write it was last written by, from 1. */
  readonly by: number;
}

/** Escape sequences that the console may use, single control characters, and words. */
const esc = '\u001b';
const tokens = new RegExp(`${esc}\\[\\d*[A-Za-z]|\\p{Cc}|\\P{Cc}+`, 'gu');

/** A terminal wide enough for every line: what can be read on it, after everything that was written to it. */
export function terminal() {
  const output = new PassThrough();
  const rows: Row[] = [{ text: '', by: 0 }];
  const strange: string[] = [];
  let writes = 0;
  let column = 0;
  let raw = '';

  const row = (): string => rows.at(-1)?.text ?? '';
  const rewrite = (text: string) => void rows.splice(-1, 1, { text, by: writes });
  const effects: Readonly<Record<string, () => void>> = {
    '\n': () => {
      rows.push({ text: '', by: 0 });
      column = 0;
    },
    '\r': () => {
      column = 0;
    },
    '\u001b[2K': () => rewrite(''),
    '\u001b[0m': () => {},
    '\u001b[1m': () => {},
    '\u001b[2m': () => {},
  };

  function read(part: string): void {
    writes += 1;
    raw += part;
    for (const [token] of part.matchAll(tokens)) {
      const effect = effects[token];
      if (effect) effect();
      else if (/\p{Cc}/u.test(token)) strange.push(JSON.stringify(token));
      else {
        rewrite(row().slice(0, column).padEnd(column) + token + row().slice(column + token.length));
        column += token.length;
      }
    }
  }
  output.on('data', (part: Buffer) => read(part.toString('utf8')));

  return {
    output,
    /** What stands there, line by line, without the empty one that the cursor waits on. */
    lines: (): string[] => rows.map(({ text }) => text).filter((text, at) => text !== '' || at < rows.length - 1),
    /** The same by what wrote it, oldest first. */
    blocks: (): string[] => {
      const found = new Map<number, string[]>();
      for (const { text, by } of rows) if (text !== '') found.set(by, [...(found.get(by) ?? []), text]);
      return [...found.values()].map((texts) => texts.join('\n'));
    },
    /** Control characters that a console has no business with. */
    strange: (): readonly string[] => strange,
    raw: (): string => raw,
  };
}

/** One request as the pipeline gets it. */
interface Heard {
  readonly request: ChatRequest;
  readonly respond: Responder;
}

/** A console whose pipeline is the test: it accepts every command of a picture and answers every other. */
export async function typing(options: Partial<ConsoleOptions> = {}) {
  const shown = terminal();
  const input = new PassThrough();
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-console-'));
  const platform = consolePlatform({ input, output: shown.output, folder, userName: 'ann', live: false, ...options });
  const heard: Heard[] = [];
  await platform.start([], async (request, respond): Promise<Received> => {
    heard.push({ request, respond });
    const isPicture = 'command' in request.ask && request.ask.command === 'imagine';
    return isPicture ? { accepted: jobId('console', request.id) } : { answered: true };
  });
  onTestFinished(async () => {
    await platform.stop();
    rmSync(folder, { recursive: true });
  });

  return {
    platform,
    shown,
    heard,
    folder,
    /** Types these lines and closes the input; resolves when all were taken in. */
    async type(...lines: readonly string[]) {
      input.end(lines.map((line) => `${line}\n`).join(''));
      await platform.ended;
    },
    /** What was asked for, in order. */
    asked: () => heard.map(({ request }) => request.ask),
  };
}

/** The files that a text on the terminal names and that are there. */
export const picturesIn = (text: string): { readonly sha256: string; readonly file: string }[] =>
  text
    .split('\n')
    .map((line) => path.resolve(line))
    .filter((file) => /\.(png|jpeg|webp)$/.test(file) && existsSync(file))
    .map((file) => ({ file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') }));
