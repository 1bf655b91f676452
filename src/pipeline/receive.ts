import type { ChatRequest, Receive, Received, Responder } from '../domain/chat-platform.ts';
import type { Command } from '../domain/command.ts';
import { parseLine, splitVerb } from '../domain/command-text.ts';
import { checkValues } from '../domain/command-values.ts';
import { Fault, faultText } from '../domain/fault.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import { nearest } from '../domain/text.ts';
import { answer } from './answer.ts';
import { filled, openPicked } from './edit-forms.ts';
import { hear } from './hear.ts';
import { isAdmin, type Parts } from './parts.ts';
import { press } from './press.ts';
import type { Worker } from './queue.ts';
import { refuse } from './refuse.ts';
import { request } from './request.ts';

export interface Reception {
  readonly receive: Receive;
  /** Resolves when everything that has come in has been answered. */
  settled(): Promise<void>;
}

/**
 * Where every request comes in: finds out what it is, has it done, and makes sure that the person hears something. While
 * Easel is closing people are told to come back in a minute.
 */
export function openReception(parts: Parts, worker: Worker): Reception {
  const inHand = new Set<Promise<Received>>();

  async function take(asked: ChatRequest, respond: Responder): Promise<Received> {
    const { ask } = asked;
    const closed = parts.closing.aborted;
    if ('said' in ask) return hear(asked, ask.said, respond, parts, worker, closed);
    if (closed) return refuse({ refused: 'stopping' }, respond);
    // Lines piped into the console come at once and are all wanted.
    const flood = asked.place.platform === 'console' ? undefined : await parts.floods.take(asked.person.id);
    if (flood) return refuse({ refused: 'flooding', ...flood }, respond);
    if ('button' in ask) return press(asked, ask.button, ask.job, respond, parts, worker);
    if ('picked' in ask) return openPicked(ask.picked, respond, parts);
    if ('form' in ask) return filled(asked, ask.form, ask.values, respond, parts, worker);
    return command(asked, ask, respond, parts, worker);
  }

  async function answered(asked: ChatRequest, respond: Responder): Promise<Received> {
    try {
      const received = await take(asked, respond);
      if ('refused' in received) {
        const { platform } = asked.place;
        parts.meter.count('easel_requests_refused_total', { platform, reason: received.refused.refused });
      }
      return received;
    } catch (error) {
      parts.log.error({ request: asked.id, err: error }, 'a request broke off');
      await parts.alert('bug', `Something went wrong inside Easel while it took a request. The log says more.`);
      // Whoever said something to others was not talking to Easel.
      if ('said' in asked.ask && !asked.ask.said.toEasel) return { ignored: true };
      await respond.tell(faultText(error instanceof Fault ? error.code : 'bug')).catch(() => undefined);
      return { answered: true };
    }
  }

  return {
    receive(asked, respond) {
      const work = answered(asked, respond).finally(() => inHand.delete(work));
      inHand.add(work);
      return work;
    },
    async settled() {
      while (inHand.size > 0) await Promise.all(inHand);
    },
  };
}

type CommandAsk = Extract<ChatRequest['ask'], { command: unknown }>;

async function command(
  asked: ChatRequest,
  ask: CommandAsk,
  respond: Responder,
  parts: Parts,
  worker: Worker,
): Promise<Received> {
  const found = findCommand(ask, parts.commands);
  if (isRefusal(found)) return refuse(found, respond);
  const raw = 'line' in ask ? parseLine(found.command.options, found.line) : ask.values;
  if (isRefusal(raw)) return refuse(raw, respond);
  const values = checkValues(found.command.options, raw);
  if (isRefusal(values)) return refuse(values, respond);
  if (found.command.kind === 'image') {
    const wish = found.command.plan(values);
    return isRefusal(wish) ? refuse(wish, respond) : request(asked, wish, respond, parts, worker);
  }
  const { adminOnly } = found.command;
  const admin = adminOnly === undefined ? false : await isAdmin(parts, asked.person, asked.place.platform, asked.admin);
  if (adminOnly !== undefined && !admin) return refuse({ refused: 'not-allowed', what: adminOnly }, respond);
  return answer(asked, found.command, values, admin, respond, parts, worker);
}

type Single = Exclude<Command, { kind: 'group' }>;

/** The command, or the verb of a group: Discord names it `credits grant`, elsewhere the line begins with it. */
function findCommand(ask: CommandAsk, commands: readonly Command[]): { command: Single; line: string } | Refusal {
  const [name = '', named] = ask.command.toLowerCase().split(' ');
  const found = commands.find((known) => known.name === name);
  if (!found) {
    const near = nearest(
      name,
      commands.map((known) => known.name),
    );
    return {
      refused: 'unclear',
      what: `There is no command /${name}.`,
      hint: near ? `Did you mean /${near}?` : 'Try /help.',
    };
  }
  const line = 'line' in ask ? ask.line : '';
  if (found.kind !== 'group') return { command: found, line };
  const { verb, rest } = named === undefined ? splitVerb(found, line) : { verb: named, rest: line };
  const single = found.verbs.find((known) => known.name === verb);
  if (single) return { command: single, line: rest };
  return {
    refused: 'unclear',
    what: `/${name} has no ${verb}.`,
    hint: `There is ${found.verbs.map((known) => known.name).join(', ')}.`,
  };
}
