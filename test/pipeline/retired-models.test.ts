import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStorage } from '../../src/build.ts';
import { readConfig } from '../../src/config.ts';
import { type Catalogue, type Model, offerOf, type Task } from '../../src/domain/catalogue.ts';
import { isRefusal, refusalText } from '../../src/domain/refusal.ts';
import { buildEasel } from '../../src/easel.ts';
import { chooseModel } from '../../src/pipeline/choose-model.ts';
import { createWorker } from '../../src/pipeline/queue.ts';
import { openReception } from '../../src/pipeline/receive.ts';
import { consolePlatform } from '../../src/platforms/console/console.ts';
import { diagnose } from '../../src/storage/doctor.ts';
import { catalogue, flare, mini, old } from '../domain/models.ts';
import { manualClock } from '../fakes/clock.ts';
import { scriptedProvider } from '../fakes/provider.ts';
import { terminal } from '../platforms/console/terminal.ts';

/** old → mini → flare; mini ends on 2026-12-01. Besides them: one more that lives, and one that nobody came after. */
const before = Date.UTC(2026, 10, 30, 23, 59);
const after = Date.UTC(2026, 11, 1);
const other: Model = { ...flare, id: 'other', aliases: [] };
const { successor: _, ...orphan }: Model = { ...old, id: 'orphan', aliases: [] };
const all: Catalogue = { ...catalogue, models: [...catalogue.models, other, orphan] };

/** What is chosen where one service offers these models, and what the card says. */
function chosen(
  wished: string | undefined,
  offered: readonly (Model | undefined)[],
  { task = 'generate' as Task, preferred = [] as string[], now = after, models = all } = {},
) {
  const offers = offered.map((model) => model && offerOf(model, 'openai')).filter((offer) => offer !== undefined);
  const { provider } = scriptedProvider({ offers });
  const result = chooseModel(task, wished, preferred, {
    catalogue: models,
    providers: [provider],
    clock: manualClock(now),
  });
  return isRefusal(result) ? refusalText(result) : [result.ways[0]?.offer.id, ...result.notes];
}

const onlyDraws: Model = { ...flare, referencesMax: 0 };

describe('a request for a model that is gone', () => {
  test('is made with its successor from its last day on, and with itself until then', () => {
    expect(chosen('mini', [flare, mini], { now: before })).toEqual(['mini']);
    expect(chosen('mini', [flare, mini])).toEqual(['flare', 'mini is gone: made with flare.']);
  });

  test('goes along a chain of successors to the first that lives', () => {
    expect(chosen('old', [flare, mini], { now: before })).toEqual(['mini', 'old is gone: made with mini.']);
    expect(chosen('old', [flare, mini])).toEqual(['flare', 'old is gone: made with flare.']);
  });

  test('is made with another where nobody offers the successor', () => {
    expect(chosen('mini', [mini, other])).toEqual([
      'other',
      'mini is gone, and no service here offers flare: made with other.',
    ]);
    expect(chosen('mini', [mini])).toBe(
      'No image service is set up here that offers flare. Nothing was charged. Tell an admin, or leave model out.',
    );
  });

  test('is refused where there is no successor, with one that there is, never with another one that is gone', () => {
    expect(chosen('orphan', [mini, other, flare])).toBe('orphan is gone. Nothing was charged. Try model:flare.');
    expect(chosen('orphan', [mini])).toBe('orphan is gone. Nothing was charged.');
    expect(chosen('minj', [mini, other])).not.toContain('model:mini');
  });
});

describe('what is inherited or set as a default, and is gone', () => {
  test.each(['generate', 'edit'] as const)('leads to its successor too: %s', (task) => {
    expect(chosen(undefined, [flare, mini, other], { task, preferred: ['mini'] })).toEqual([
      'flare',
      'mini is gone: made with flare.',
    ]);
    expect(chosen(undefined, [mini, other], { task, preferred: ['old'] })).toEqual([
      'other',
      'old is gone, and no service here offers flare: made with other.',
    ]);
  });

  test('without a successor gives way to the default, and the card says so', () => {
    expect(chosen(undefined, [flare, other], { preferred: ['orphan'] })).toEqual([
      'flare',
      'orphan is gone: made with flare.',
    ]);
    expect(chosen(undefined, [other], { preferred: ['orphan'] })).toEqual([
      'other',
      'orphan is gone: made with other.',
      'No service here offers flare: made with other.',
    ]);
  });

  test('whose successor can’t change pictures gives way to one that can', () => {
    expect(chosen(undefined, [onlyDraws, other], { task: 'edit', preferred: ['mini'] })).toEqual([
      'other',
      "mini is gone, and flare can't change pictures: made with other.",
    ]);
    expect(chosen('mini', [onlyDraws], { task: 'edit' })).toBe("flare can't change pictures. Nothing was charged.");
  });

  test('as everybody’s default leads to the successor', () => {
    const models = { ...all, default: 'mini' };
    expect(chosen(undefined, [mini, flare], { models })).toEqual(['flare', 'mini is gone: made with flare.']);
    expect(chosen(undefined, [mini, other], { models })).toEqual([
      'other',
      'mini is gone, and no service here offers flare: made with other.',
    ]);
  });
});

/** Easel over SQLite with a console and a service in the test's hands, a minute before mini ends. */
async function town() {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-'));
  const clock = manualClock(before);
  const file = path.join(folder, 'models.json');
  writeFileSync(file, JSON.stringify(all));
  const config = readConfig({ DATA_DIR: folder, MODELS_FILE: file });
  const storage = await openStorage(config, clock);
  const shown = terminal();
  const desk = consolePlatform({
    input: new PassThrough(),
    output: shown.output,
    folder,
    userName: 'ann',
    live: false,
  });
  const { parts } = await buildEasel(config, storage, [desk], pino({ level: 'silent' }), clock);
  const offers = [flare, mini].map((model) => offerOf(model, 'openai')).filter((offer) => offer !== undefined);
  const { provider, calls } = scriptedProvider({ offers });
  const own = { ...parts, providers: [provider] };
  const worker = createWorker(own);
  onTestFinished(async () => {
    await desk.stop();
    await parts.floods.stop();
    await storage.store.close();
    rmSync(folder, { recursive: true });
  });
  await desk.start([], openReception(own, worker).receive);
  /** Lets the time of cards and polls pass until `work` is over. */
  async function flown<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) await clock.advance(500);
    return work;
  }
  return { clock, storage, desk, shown, parts: own, worker, calls, flown };
}

test('a job that waits until its model is gone is refused and given back; nobody is asked for it', async () => {
  const { desk, clock, worker, calls, parts, shown, storage, flown } = await town();
  const received = await desk.say('/imagine a red fox model:mini');
  if (!received || !('accepted' in received)) throw new RangeError('the picture was not accepted');
  await clock.advance(after - before);
  worker.start();
  await flown(worker.idle());
  await flown(parts.errands.settled());
  expect(calls).toEqual([]);
  const job = await parts.store.queue.find(received.accepted);
  expect(job).toMatchObject({ state: 'refused', charged: undefined });
  expect(shown.lines().at(-1)).toContain(
    'mini was shut down while your request waited. Nothing was charged. Try model:flare.',
  );
  expect(job && (await parts.store.ledger.balance(job.person.id))).toEqual({ available: 500, held: 0 });
  expect((await diagnose(storage.database.db, storage.blobs)).findings).toEqual([]);
  await flown(worker.stop(0));
});
