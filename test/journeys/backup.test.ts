import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../programs/run-program.ts';
import { both, ofKind, results, shownPictures, studio } from './chats.ts';

describe.each(both)('what was saved while Easel worked on %s', (_, chatOf) => {
  test('is a working Easel: the job that was in the works is finished, once', async ({ onTestFinished }) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'easel-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const place = await studio();
    const chat = chatOf(place);
    chat.command('imagine', { prompt: 'a red fox' });
    await results(chat);
    await place.easel().idle();
    place.openai.hold();
    chat.command('imagine', { prompt: 'a blue fox' });
    await place.openai.untilHeld(1);

    const saved = await runProgram(['backup', 'easel.tar'], { DATA_DIR: place.dataDir }, folder);
    expect(saved).toMatchObject({ code: 0, stderr: '' });
    const elsewhere = path.join(folder, 'elsewhere');
    const restored = await runProgram(['restore', 'easel.tar'], { DATA_DIR: elsewhere }, folder);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toContain('All adds up.');

    await place.restart(undefined, async () => {
      place.env.DATA_DIR = elsewhere;
      place.openai.release();
    });
    await results(chat, 2);
    await place.easel().idle();
    expect(ofKind(chat, 'result')).toHaveLength(2);
    expect(shownPictures(chat)).toHaveLength(2);
    expect((await place.recount()).findings).toEqual([]);
    expect(chat.violations()).toEqual([]);
  });
});
