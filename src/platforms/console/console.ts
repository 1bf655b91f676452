import { randomUUID } from 'node:crypto';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type ButtonAction, buttonActions } from '../../domain/card.ts';
import type { Ask, ChatPlatform, ChatRequest, Receive, Received, Responder } from '../../domain/chat-platform.ts';
import type { Form } from '../../domain/form.ts';
import type { JobId } from '../../domain/job.ts';
import { type Person, personId, workspaceId } from '../../domain/person.ts';
import { pathIn, readPath } from './paths.ts';
import { consolePlace, consoleShown, consoleThread, pictureKey } from './post.ts';
import { screen } from './screen.ts';

export interface ConsoleOptions {
  /** Where lines come from; undefined: nobody types, `say` is called. */
  readonly input: Readable | undefined;
  readonly output: Writable;
  /** Where pictures are written. */
  readonly folder: string;
  readonly userName: string;
  /** True on a terminal that a line can be redrawn on. */
  readonly live: boolean;
}

export interface ConsolePlatform extends ChatPlatform {
  /** Does one line as if it had been typed. Undefined: there was nothing to do. */
  say(line: string): Promise<Received | undefined>;
  /** Resolves when the input has ended and all its lines were taken in. */
  readonly ended: Promise<void>;
}

const usage = 'Begin with a slash: /imagine a red fox, or /help.';
const newestOnly = 'Type /edit and what to change for the newest one.';

/** The terminal as a chat platform: whoever sits there is its only person, and an admin. */
export function consolePlatform({ input, output, folder, userName, live }: ConsoleOptions): ConsolePlatform {
  const shown = screen(output, live);
  const person: Person = {
    id: personId('console', userName),
    workspace: workspaceId('console', 'here'),
    name: userName,
  };
  const numbers = new Map<number, JobId>();
  const ended = Promise.withResolvers<void>();
  let receive: Receive | undefined;
  let reading: Interface | undefined;
  let last = 0;
  /** The question that was asked last, while its answer may come. */
  let asking: Choice | undefined;

  const howToEdit = (what: Ask): string => {
    const [number = 1] = [...numbers].find(([, job]) => 'job' in what && job === what.job) ?? [];
    return `Say what to change after the number, such as: edit ${number} make it blue.`;
  };

  async function ask(what: Ask, number: number): Promise<Received | undefined> {
    const asked: ChatRequest = {
      id: randomUUID(),
      person,
      admin: true,
      place: consolePlace(number),
      missing: [],
      ask: what,
    };
    const respond: Responder = {
      tell: async (text) => shown.say(text),
      async open(form) {
        asking = onlyChoice(form);
        shown.say(asking ? `${asking.label}? Type ${asking.values.join(' or ')}.` : howToEdit(what));
        return true;
      },
      async announce(root) {
        shown.say([`#${number}  `, ...(typeof root === 'string' ? [root] : root)]);
        return asked.place;
      },
    };
    const received = await receive?.(asked, respond);
    if (received && 'accepted' in received) {
      numbers.set(number, received.accepted);
      last = number;
    }
    return received;
  }

  async function say(line: string): Promise<Received | undefined> {
    const typed = line.trim();
    if (typed === '') return undefined;
    if (asking?.values.includes(typed)) {
      const { key, name } = asking;
      asking = undefined;
      return ask({ form: key, values: { [name]: typed } }, last + 1);
    }
    const command = /^\/(\S+)\s*([\s\S]*)$/.exec(typed);
    if (command) return ask({ command: command[1] ?? '', line: named(command[2] ?? '') }, last + 1);
    const meant = readButton(typed, numbers) ?? readSaid(typed, numbers);
    if (meant) return ask(meant, last + 1);
    const [, word, number] = /^(\w+)\s+#?(\d+)/.exec(typed) ?? [];
    const isAbout = buttonActions.some((action) => action === word?.toLowerCase());
    shown.say(isAbout ? `There is no picture ${number} since Easel was started. ${newestOnly}` : usage);
    return undefined;
  }

  async function readLines(lines: Interface): Promise<void> {
    for await (const line of lines) await say(line);
    ended.resolve();
  }

  return {
    name: 'console',
    editIntervalMsMin: live ? 100 : 1_000,
    say,
    ended: ended.promise,
    async start(_commands, received) {
      receive = received;
      if (!input) return;
      reading = createInterface({ input });
      void readLines(reading);
    },
    connected: () => true,
    register: async () => 'The console needs no registration.',
    shown: consoleShown,
    download: readPath,
    fileAt: async (words) => pathIn(words),
    thread: (place, remember) => consoleThread(place, remember, { folder, screen: shown, typed: input !== undefined }),
    direct: async () => consolePlace(0),
    channel: () => consolePlace(0),
    isAdmin: async () => true,
    async stop() {
      reading?.close();
      ended.resolve();
    },
  };
}

interface Choice {
  readonly key: string;
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
}

/** A form that asks for one of a few things can be asked on a terminal too. */
function onlyChoice({ key, fields: [first, ...others] }: Form): Choice | undefined {
  if (!first || others.length > 0 || first.input.kind !== 'choice') return undefined;
  return { key, name: first.name, label: first.label, values: first.input.values };
}

/** `@ann` is a person of the console. */
const named = (line: string): string =>
  line.replaceAll(
    /(^|\s)@([\w.-]{1,32})/g,
    (_, before: string, name: string) => `${before}<@${personId('console', name)}|${name}>`,
  );

function readButton(
  typed: string,
  numbers: ReadonlyMap<number, JobId>,
): { button: ButtonAction; job: JobId } | undefined {
  const [, word = '', number = ''] = /^(\w+)\s+#?(\d+)$/.exec(typed.toLowerCase()) ?? [];
  const button = buttonActions.find((action) => action === word);
  const job = numbers.get(Number(number));
  return button && job ? { button, job } : undefined;
}

/** `edit 1 make it blue`: the words that people elsewhere answer a picture with. */
function readSaid(typed: string, numbers: ReadonlyMap<number, JobId>): Ask | undefined {
  const [, number = '', words = ''] = /^edit\s+#?(\d+)\s*[:,]?\s+(\S[\s\S]*)$/i.exec(typed) ?? [];
  const job = numbers.get(Number(number));
  if (!job || !words) return undefined;
  const alone = { toEasel: true, direct: true, toOthers: false, withheld: false, unseen: false };
  return { said: { words: async () => words, ...alone, messages: [pictureKey(job)], files: [] } };
}
