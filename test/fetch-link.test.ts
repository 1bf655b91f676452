import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRefusal, refusalText } from '../src/domain/refusal.ts';
import { fetchLink } from '../src/fetch-link.ts';
import { sharpInputs } from '../src/pipeline/pictures/input-pictures.ts';
import { type HostileHost, hostileHost, hostileLookup } from './pipeline/pictures/hostile-host.ts';
import { hostileLinks, hostileNames, slowLinks } from './pipeline/pictures/hostile-pictures.ts';

let host: HostileHost;
const inputs = sharpInputs();

beforeEach(async () => {
  host = await hostileHost();
});
afterEach(() => host.stop());

const follow = (address: string, deadlineMs?: number) =>
  fetchLink({
    ...{ allowedOrigins: [host.origin], lookup: hostileLookup },
    ...(deadlineMs !== undefined && { deadlineMs }),
  })(address);

/** What a person hears about a link: that it can't be followed, or that it leads to no picture. */
async function heard(address = '', deadlineMs?: number): Promise<string> {
  const bytes = await follow(address, deadlineMs);
  const refusal = isRefusal(bytes) ? bytes : await inputs.prepare(bytes, 'fox.png');
  return isRefusal(refusal) ? refusalText(refusal) : 'A picture.';
}

const named = (table: (origin: string, forbiddenOrigin: string) => readonly { readonly name: string }[]) =>
  table('http://127.0.0.1:1', 'http://127.0.0.1:2').map(({ name }) => name);

describe('a link', () => {
  test('to a picture gives its bytes, also behind a redirect', async () => {
    expect(await heard(`${host.origin}/picture.png`)).toBe('A picture.');
    expect(await heard(` ${host.origin}/to-picture\n`)).toBe('A picture.');
    expect(host.requests.map(({ url }) => url)).toEqual(['/picture.png', '/to-picture', '/picture.png']);
  });

  test('takes nothing along that says who asks', async () => {
    await follow(`${host.origin}/to-picture`);
    for (const { headers } of host.requests) {
      const sent = Object.keys(headers).filter((name) => !['host', 'connection'].includes(name));
      expect(sent.toSorted()).toEqual(['accept', 'accept-encoding', 'user-agent']);
      expect(headers.accept).toBe('image/*');
    }
  });

  test('may not lead to an origin that only services are configured with', async () => {
    const get = fetchLink({ allowedOrigins: [] });
    expect(await get(`${host.origin}/picture.png`)).toMatchObject({ refused: 'unusable' });
    expect(host.requests).toHaveLength(0);
  });

  test('leaves no path and no query in what is logged or said', async () => {
    const logged: string[] = [];
    const get = fetchLink({ allowedOrigins: [host.origin], lookup: hostileLookup, log: (line) => logged.push(line) });
    const addresses = [
      'https://inward.example/hush?hush',
      'http://a.example/hush?hush',
      `${host.origin}/page?hush#hush`,
    ];
    const answers = await Promise.all([...addresses, 'data:hush', 'https://me:hush@a.example/', 'hush hush'].map(get));
    expect(JSON.stringify([answers, logged])).not.toContain('hush');
    expect(logged.toSorted()).toEqual([
      'refused to fetch:  over data',
      'refused to fetch: a.example over http',
      'refused to fetch: inward.example is not on the public internet',
    ]);
  });
});

describe('a hostile link', () => {
  const links = named(hostileLinks);

  test.each(links)('is answered with one sentence: %s', async (wanted) => {
    const hostile = hostileLinks(host.origin, host.forbiddenOrigin).find(({ name }) => name === wanted);
    const words = await heard(hostile?.link);
    expect(words).toMatch(hostile?.says ?? /^$/);
    expect(words).toContain('Nothing was charged.');
    expect(host.forbiddenConnections()).toBe(0);
  });

  test.each(hostileNames)('is answered with one sentence: $name', async ({ link, says }) => {
    expect(await heard(link)).toMatch(says);
  });

  test.each(named(slowLinks))('is given up: %s', async (wanted) => {
    const slow = slowLinks(host.origin).find(({ name }) => name === wanted);
    expect(await heard(slow?.link, 50)).toMatch(slow?.says ?? /^$/);
  });

  test('never says what was found inside', async () => {
    const outcomes = [
      'https://10.0.0.1/',
      'https://inward.example/',
      `https://127.0.0.1:${new URL(host.forbiddenOrigin).port}/`,
    ];
    const words = await Promise.all(outcomes.map((address) => heard(address)));
    expect(new Set(words).size).toBe(1);
  });

  test('with a redirect that has no end is not read to its end', async () => {
    expect(await heard(`${host.origin}/endless-redirect`)).toBe('A picture.');
  });
});
