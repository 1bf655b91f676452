import { describe, expect, test } from 'vitest';
import { both, studio, unlimited } from './chats.ts';
import { photo, sha256 } from './photo.ts';
import { pictureHost } from './picture-host.ts';

/** What happens to an edit before it is accepted. */
describe.each(both)('on %s', (_, chatOf) => {
  test('nothing is fetched or kept for somebody who can’t pay for anything', async () => {
    const place = await studio({ ...unlimited, env: { STARTING_CREDITS: '0' } });
    const chat = chatOf(place);
    const cat = await photo('cat.png');
    const told = await chat.say('give it wings', { mention: true, files: [cat] }).told();
    expect(told).toContain('and you have 0. Nothing was charged.');
    expect(await place.easel().parts.blobs.has(sha256(cat.bytes))).toBe(false);
  });

  test('a stop while a picture is fetched is told, and costs nothing', async () => {
    const host = await pictureHost();
    const place = await studio({ ...unlimited, env: { LINK_ORIGINS: host.origin } });
    const chat = chatOf(place);
    const link = host.stall('cat.png');
    const spoken = chat.say(`give it wings image:${link}`, { mention: true });
    await host.asked();
    await place.restart();
    expect(await spoken.told()).toContain('Easel is restarting. Nothing was charged. Try again in a minute.');
    expect(place.openai.calls()).toEqual([]);
    expect((await place.recount()).findings).toEqual([]);
  });
});
