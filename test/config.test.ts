import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import type { Environment } from '../src/read-environment.ts';

/** What keeps Easel from starting, a line each. */
function problems(env: Environment): string[] {
  try {
    readConfig(env);
  } catch (error) {
    const [first, ...rest] = error instanceof Error ? error.message.split('\n') : [];
    expect(first).toBe("Easel can't start:");
    return rest.map((line) => line.replace(/^ {2}/, ''));
  }
  return [];
}

const discord = { DISCORD_TOKEN: 'token' };
const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
const relay = { PROVIDERS: 'relay', PROVIDER_RELAY_API_KEY: 'key' };

describe('with nothing set', () => {
  test('everything has a default: the console, the sketch, SQLite in ./data', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      ...{ discord: undefined, slack: undefined, providers: [], databaseUrl: undefined, admins: [] },
      ...{
        startingCredits: 500,
        creditUsd: 0.001,
        cacheMs: 86_400_000,
        cacheBytesMax: 2_000_000_000,
        port: 3000,
        host: '127.0.0.1',
        logLevel: 'info',
      },
    });
    expect(config.dataDir).toBe(`${process.cwd()}/data`);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('empty and blank count as nothing', () => {
    const blank = Object.keys({
      ...discord,
      ...slack,
      ...relay,
      PORT: '',
      ADMINS: '',
      OPENAI_API_KEY: '',
      BLOB_URL: '',
    });
    expect(readConfig(Object.fromEntries(blank.map((name, at) => [name, at % 2 ? '' : '  '])))).toEqual(readConfig({}));
  });
});

test('every problem is named at once, in the order of the variables', () => {
  expect(
    problems({
      ...{ SLACK_APP_TOKEN: 'xapp-1', SLACK_CONFIG_TOKEN: 'xoxe-1', PROVIDERS: 'relay', PARTIAL_IMAGES: '4' },
      ...{ LINK_ORIGINS: 'assets' },
      ...{ ADMINS: 'ann', ADMIN_CHANNEL: 'art', STARTING_CREDITS: '1.5', CREDIT_USD: '0', USER_QUEUE: '-1' },
      ...{ CACHE_HOURS: '-1', CACHE_MEGABYTES: '0' },
      ...{
        DATABASE_URL: 'mysql://db',
        PORT: '65536',
        PUBLIC_URL: 'easel.example',
        LOG_LEVEL: 'loud',
        BLOB_URL: 's3://b',
      },
    }),
  ).toEqual([
    'SLACK_BOT_TOKEN is missing: Slack needs it besides SLACK_APP_TOKEN or SLACK_SIGNING_SECRET',
    'SLACK_APP_ID is missing: with SLACK_CONFIG_TOKEN it says which app to update',
    'PROVIDER_RELAY_API_KEY is missing',
    'PARTIAL_IMAGES must be a whole number from 0 to 3; it is “4”',
    'LINK_ORIGINS must be addresses without a path, such as https://assets.example, comma-separated',
    'ADMINS: “ann” is not discord:ID or slack:TEAM/ID',
    'ADMIN_CHANNEL must be discord:CHANNEL or slack:TEAM/CHANNEL; it is “art”',
    'STARTING_CREDITS must be a whole number from 0 to 1000000000; it is “1.5”',
    'CREDIT_USD must be a number above 0; it is “0”',
    'USER_QUEUE must be a whole number from 0 to 100000; it is “-1”',
    'CACHE_HOURS must be a whole number from 0 to 8760; it is “-1”',
    'CACHE_MEGABYTES must be a whole number from 1 to 10000000; it is “0”',
    'DATABASE_URL must begin with postgres://; leave it out for SQLite in DATA_DIR',
    'PORT must be a whole number from 0 to 65535; it is “65536”',
    'PUBLIC_URL must be an address that begins with http:// or https://',
    'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent; it is “loud”',
    'BLOB_URL is not supported yet: leave it out, pictures are kept in DATA_DIR',
  ]);
});

describe('an address', () => {
  const all = {
    ...{ ...discord, ...slack, ...relay, OPENAI_API_KEY: 'key' },
    ...{ SLACK_APP_ID: 'A1', SLACK_CONFIG_TOKEN: 'xoxe-1' },
  };
  const names = [
    'DISCORD_API_URL',
    'SLACK_API_URL',
    'OPENAI_BASE_URL',
    'PROVIDER_RELAY_BASE_URL',
    'PUBLIC_URL',
  ] as const;

  test.each([
    'easel.example',
    'ftp://easel.example',
    'https://',
    'https://easel.example:port',
    'https://easel .example',
    'http://[::1',
    'https://:443',
    'javascript:alert(1)',
  ])('such as %s is refused wherever it stands', (address) => {
    for (const name of names)
      expect(problems({ ...all, [name]: address }).join()).toContain(`${name} must be an address`);
  });

  test.each(['https://easel.example', 'http://127.0.0.1:8080/v1/', 'http://[::1]:9000', 'http://easel'])(
    'such as %s is taken',
    (address) => {
      for (const name of names) expect(problems({ ...all, [name]: address })).toEqual([]);
    },
  );

  test('that is taken can be parsed, whatever was written', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string().map((rest) => `https://${rest}`),
        ),
        (address) => {
          if (problems({ PUBLIC_URL: address }).length > 0) return;
          const { publicUrl } = readConfig({ PUBLIC_URL: address });
          expect(publicUrl === undefined || URL.canParse(publicUrl)).toBe(true);
        },
      ),
    );
  });

  test('is named once where it is wrong', () => {
    expect(problems({ ...all, SLACK_API_URL: 'slack' })).toHaveLength(1);
  });
});

describe('image services', () => {
  test('come in order of preference, the one of OPENAI_API_KEY first, each with its own settings', () => {
    const { providers } = readConfig({
      ...{ OPENAI_API_KEY: 'k1', PROVIDERS: 'relay, my-other.one' },
      ...{ PROVIDER_RELAY_API_KEY: 'k2', PROVIDER_RELAY_MODELS: 'a, b', PROVIDER_RELAY_PRICE_MULTIPLIER: '0.5' },
      ...{ PROVIDER_MY_OTHER_ONE_API_KEY: 'k3', PROVIDER_MY_OTHER_ONE_DEADLINE_SECONDS: '30' },
    });
    expect(providers).toMatchObject([
      { name: 'openai', apiKey: 'k1', models: undefined, deadlineMs: undefined },
      { name: 'relay', apiKey: 'k2', models: [{ model: 'a' }, { model: 'b' }], priceMultiplier: 0.5 },
      { name: 'my-other.one', apiKey: 'k3', deadlineMs: 30_000, imagesPerMinute: undefined },
    ]);
  });

  test('with the same name are refused, also when OPENAI_API_KEY makes one of them', () => {
    expect(problems({ ...relay, PROVIDERS: 'relay,relay' })).toEqual([expect.stringContaining('the name relay')]);
    expect(problems({ OPENAI_API_KEY: 'k', PROVIDERS: 'openai', PROVIDER_OPENAI_API_KEY: 'k' })).toEqual([
      expect.stringContaining('the name openai'),
    ]);
    expect(problems({ PROVIDERS: 'openai', PROVIDER_OPENAI_API_KEY: 'k' })).toEqual([]);
  });

  test('of every kind, with their own names of models, lanes and prices', () => {
    const { providers } = readConfig({
      ...{ PROVIDERS: 'foundry,grs', PROVIDER_FOUNDRY_KIND: 'azure', PROVIDER_GRS_KIND: 'grsai' },
      ...{
        PROVIDER_FOUNDRY_BASE_URL: 'https://a.openai.azure.com',
        PROVIDER_FOUNDRY_API_VERSION: '2025-04-01-preview',
      },
      ...{ PROVIDER_FOUNDRY_MODELS: 'gpt-image-2 = mine, gpt-image-2.5-flare', PROVIDER_FOUNDRY_LANES: 'batch,normal' },
      ...{ PROVIDER_GRS_API_KEY: 'k', PROVIDER_GRS_PRICE_PER_IMAGE: '0.012' },
    });
    expect(providers).toMatchObject([
      {
        ...{ kind: 'azure', apiKey: undefined, apiVersion: '2025-04-01-preview', lanes: ['normal', 'batch'] },
        models: [{ model: 'gpt-image-2', called: 'mine' }, { model: 'gpt-image-2.5-flare' }],
      },
      { kind: 'grsai', baseUrl: 'https://grsaiapi.com', pricePerImage: 0.012, lanes: ['priority', 'normal', 'batch'] },
    ]);
  });

  test('that lack an address, or have one of no known kind or lane, are refused', () => {
    expect(problems({ ...relay, PROVIDER_RELAY_KIND: 'azure' })).toEqual(['PROVIDER_RELAY_BASE_URL is missing']);
    expect(
      problems({ ...relay, PROVIDER_RELAY_KIND: 'gemini', PROVIDER_RELAY_LANES: 'fast', PROVIDER_RELAY_TASKS: 'draw' }),
    ).toEqual([
      'PROVIDER_RELAY_KIND must be one of openai, azure, grsai, chat; it is “gemini”',
      'PROVIDER_RELAY_TASKS must be some of generate, edit; it is “draw”',
      'PROVIDER_RELAY_LANES must be some of priority, normal, batch; it is “fast”',
    ]);
  });

  const azure = {
    ...{ PROVIDERS: 'foundry', PROVIDER_FOUNDRY_KIND: 'azure', PROVIDER_FOUNDRY_API_VERSION: '2025-04-01-preview' },
    PROVIDER_FOUNDRY_BASE_URL: 'https://a.openai.azure.com',
  };

  test('at Azure say their version, unless the address ends in /openai/v1', () => {
    const unsaid = { ...azure, PROVIDER_FOUNDRY_API_VERSION: '' };
    expect(problems(unsaid)).toEqual([
      'PROVIDER_FOUNDRY_API_VERSION is missing: Azure needs it, such as 2025-04-01-preview, unless the address ends in /openai/v1',
    ]);
    for (const end of ['/openai/v1', '/openai/v1/'])
      expect(problems({ ...unsaid, PROVIDER_FOUNDRY_BASE_URL: `https://a.openai.azure.com${end}` })).toEqual([]);
  });

  test('at Azure have the address of a resource, not of one deployment', () => {
    const target =
      'https://a.openai.azure.com/openai/deployments/mine/images/generations?api-version=2025-04-01-preview';
    expect(problems({ ...azure, PROVIDER_FOUNDRY_BASE_URL: target })).toEqual([
      expect.stringMatching(/^PROVIDER_FOUNDRY_BASE_URL must end before \/deployments.* model=deployment$/),
    ]);
    expect(problems({ ...azure, PROVIDER_FOUNDRY_BASE_URL: 'https://a.openai.azure.com?api-version=preview' })).toEqual(
      [expect.stringMatching(/^PROVIDER_FOUNDRY_BASE_URL must end before the \?/)],
    );
  });

  test('at Azure need no key: what Microsoft Entra is asked for can be said', () => {
    const usual = 'https://cognitiveservices.azure.com/.default';
    expect(readConfig(azure).providers).toMatchObject([{ apiKey: undefined, scope: usual }]);
    const foundry = 'https://ai.azure.com/.default';
    expect(readConfig({ ...azure, PROVIDER_FOUNDRY_SCOPE: foundry }).providers).toMatchObject([{ scope: foundry }]);
  });

  test('of kind grsai say which API is meant and how results arrive; callbacks need a way in', () => {
    const grsai = { ...relay, PROVIDER_RELAY_KIND: 'grsai' };
    const publicUrl = { PUBLIC_URL: 'https://easel.example' };
    const webhook = { ...grsai, PROVIDER_RELAY_REPLY: 'webhook' };
    expect(readConfig(grsai).providers).toMatchObject([{ apiVersion: undefined, reply: 'poll' }]);
    const older = { ...webhook, ...publicUrl, PROVIDER_RELAY_API_VERSION: 'draw' };
    expect(readConfig(older).providers).toMatchObject([{ apiVersion: 'draw', reply: 'webhook' }]);
    expect(problems({ ...webhook, ...publicUrl })).toEqual([]);
    expect(problems(webhook)).toEqual([
      'PUBLIC_URL is missing: PROVIDER_RELAY_REPLY=webhook needs an address where the service can call Easel',
    ]);
    expect(problems({ ...webhook, ...publicUrl, PROVIDER_RELAY_API_VERSION: 'api' })).toEqual([
      'PROVIDER_RELAY_REPLY=webhook needs PROVIDER_RELAY_API_VERSION=draw, or none',
    ]);
    expect(problems({ ...grsai, PROVIDER_RELAY_API_VERSION: 'v2', PROVIDER_RELAY_REPLY: 'letter' })).toEqual([
      'PROVIDER_RELAY_REPLY must be one of poll, stream, webhook; it is “letter”',
      'PROVIDER_RELAY_API_VERSION must be one of draw, api; it is “v2”',
    ]);
  });

  test.each(['PRICE_MULTIPLIER', 'CONCURRENCY', 'IMAGES_PER_MINUTE', 'DEADLINE_SECONDS'])(
    'take no nonsense for %s',
    (what) => {
      for (const given of ['0', '-1', 'many', 'Infinity', 'NaN', '1e99', '0x'].filter(
        (each) => each !== '1e99' || what !== 'PRICE_MULTIPLIER',
      ))
        expect(problems({ ...relay, [`PROVIDER_RELAY_${what}`]: given })).toEqual([
          expect.stringContaining(`PROVIDER_RELAY_${what} must be`),
        ]);
    },
  );
});

describe('Slack', () => {
  test('takes a bot token with an app token, or with a signing secret', () => {
    expect(readConfig(slack).slack).toEqual({ botToken: 'xoxb-1', apiUrl: undefined, appToken: 'xapp-1' });
    const http = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' };
    expect(readConfig(http).slack).toEqual({ botToken: 'xoxb-1', apiUrl: undefined, signingSecret: 's' });
  });

  test('says what is missing of a half', () => {
    expect(problems({ SLACK_BOT_TOKEN: 'xoxb-1' })).toEqual([
      'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing',
    ]);
    expect(problems({ SLACK_SIGNING_SECRET: 's' })).toEqual([expect.stringContaining('SLACK_BOT_TOKEN is missing')]);
  });
});

describe('places that links may lead to', () => {
  test('are none by default, else the named origins', () => {
    expect(readConfig({}).linkOrigins).toEqual([]);
    const { linkOrigins } = readConfig({ LINK_ORIGINS: 'https://assets.example/, http://10.0.0.7:8080' });
    expect(linkOrigins).toEqual(['https://assets.example', 'http://10.0.0.7:8080']);
  });

  test.each([
    ...[
      'assets.example',
      'https://assets.example/pictures',
      'https://assets.example/?all',
      'https://me:hush@a.example',
    ],
    ...['file:///srv', 'ftp://assets.example', 'https://', '*', 'https://*:port'],
  ])('are not %s', (origin) => {
    expect(problems({ LINK_ORIGINS: `https://assets.example,${origin}` })).toEqual([
      'LINK_ORIGINS must be addresses without a path, such as https://assets.example, comma-separated',
    ]);
  });
});

describe('admins', () => {
  test('are named by platform and id, those of Slack with their team', () => {
    const { admins, adminChannel } = readConfig({
      ADMINS: 'discord:123456789, slack:T1/U2,console:ann',
      ADMIN_CHANNEL: 'slack:T1/C2',
    });
    expect(admins).toEqual(['discord:123456789', 'slack:T1/U2', 'console:ann']);
    expect(adminChannel).toEqual({ platform: 'slack', channel: 'T1/C2' });
    expect(readConfig({ ADMIN_CHANNEL: 'discord:123456789' }).adminChannel).toEqual({
      platform: 'discord',
      channel: '123456789',
    });
  });

  test.each(['ann', 'discord:ann', 'slack:U2', 'slack:t1/u2', 'discord:1', 'teams:123456789'])('are not %s', (name) => {
    expect(problems({ ADMINS: `discord:123456789,${name}` })).toEqual([expect.stringContaining(`“${name}”`)]);
  });

  test.each(['discord:art', 'slack:C1', 'console:here', '#art', 'discord:'])('are not told in %s', (channel) => {
    expect(problems({ ADMIN_CHANNEL: channel })).toEqual([expect.stringContaining('ADMIN_CHANNEL must be')]);
  });
});

test('no message repeats a secret, whatever else is wrong', () => {
  const secrets = [
    ...['DISCORD_TOKEN', 'SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_CONFIG_TOKEN'],
    ...['OPENAI_API_KEY', 'PROVIDER_RELAY_API_KEY', 'SECRET_KEY', 'DATABASE_URL'],
  ];
  const wrong = {
    ...{ PORT: 'many', ADMINS: 'ann', PROVIDERS: 'relay,relay', PROVIDER_RELAY_KIND: 'azure', BLOB_URL: 's3://b' },
    ...{ OPENAI_BASE_URL: 'nowhere', DISCORD_API_URL: 'nowhere', SLACK_API_URL: 'nowhere', LOG_LEVEL: 'loud' },
  };
  fc.assert(
    fc.property(fc.subarray(secrets), (given) => {
      const env = Object.fromEntries(given.map((name) => [name, `mysql://hush-${name}:hush@host`]));
      const said = problems({ ...wrong, ...env });
      expect(said.length).toBeGreaterThan(4);
      expect(said.join('\n')).not.toContain('hush');
    }),
  );
});
