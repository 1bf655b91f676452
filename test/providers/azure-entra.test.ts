import { AggregateAuthenticationError, CredentialUnavailableError } from '@azure/identity';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { guardedFetch } from '../../src/http/guarded-fetch.ts';
import { longCalls } from '../../src/http/long-calls.ts';
import { type AzureOptions, azureProvider } from '../../src/providers/azure.ts';
import { noToken } from '../../src/providers/entra-token.ts';
import { failureOf, make, termsFor } from '../contracts/image-provider.ts';
import { editOf, inputPicture } from '../contracts/input-pictures.ts';
import { type FakeIdentity, fakeIdentity } from '../fakes/azure/identity.ts';
import { type FakeAzure, fakeAzure } from '../fakes/azure/server.ts';
import { foreignHost } from '../fakes/foreign-host.ts';

/** Signing in at Azure without a key, as a machine with a managed identity does. */

let identity: FakeIdentity;
let fake: FakeAzure;
let resource = 0;

// The library finds out once in a process where identities come from, and keeps their tokens.
beforeAll(async () => {
  identity = await fakeIdentity();
});

afterAll(() => identity.close());

beforeEach(async () => {
  identity.reset();
  fake = await fakeAzure({ isToken: identity.isToken });
  vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential');
  vi.stubEnv('IDENTITY_ENDPOINT', identity.url);
  vi.stubEnv('IDENTITY_HEADER', identity.header);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  expect(fake.violations()).toEqual([]);
  await fake.close();
});

function providerOf(baseUrl: string, more: Partial<AzureOptions> = {}) {
  const download = guardedFetch({ allowedOrigins: [new URL(baseUrl).origin] });
  // Each wants a token for something else, so that none is there already.
  resource += 1;
  const settings = { apiKey: undefined, scope: `https://resource-${resource}.example/.default`, baseUrl };
  const apiVersion = baseUrl.endsWith('/v1') ? undefined : '2025-04-01-preview';
  return azureProvider({ ...termsFor('azure'), ...settings, apiVersion, fetch: longCalls(), download, ...more });
}

describe.each([
  { form: 'with deployments', urlOf: ({ url }: { url: string }) => url },
  { form: 'v1', urlOf: ({ url }: { url: string }) => `${url}/openai/v1` },
])('Microsoft Entra and the form $form', ({ urlOf }) => {
  test('gives a token for the scope, once for many calls', async () => {
    const provider = providerOf(urlOf(fake));
    expect(identity.asked()).toEqual([]);
    const orders = [{}, { partialImages: 1 }, editOf([await inputPicture()])];
    for (const order of orders) expect((await make(provider, order)).made?.made).toHaveLength(1);
    expect(identity.asked()).toEqual([`https://resource-${resource}.example`]);
  });

  test('that gives none is for an admin to mend, and nothing was asked of the service', async () => {
    identity.answers('refusal');
    const failure = await failureOf(make(providerOf(urlOf(fake))));
    expect(failure).toMatchObject({ name: 'Fault', code: 'account', maybeBilled: false });
    expect((failure as Error).message).toContain('Microsoft Entra gave no token');
    expect(fake.calls()).toEqual([]);
  });

  test('that nobody told who this is gives none either', async () => {
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential');
    for (const name of ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET']) vi.stubEnv(name, '');
    expect(await failureOf(make(providerOf(urlOf(fake))))).toMatchObject({ code: 'account', maybeBilled: false });
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'nonsense');
    expect(await failureOf(make(providerOf(urlOf(fake))))).toMatchObject({ code: 'account', maybeBilled: false });
    expect([fake.calls(), identity.asked()]).toEqual([[], []]);
  });

  test('is not asked where there is a key, whatever keys the environment has', async () => {
    vi.stubEnv('AZURE_OPENAI_API_KEY', 'another');
    expect((await make(providerOf(urlOf(fake), { apiKey: fake.apiKey }))).made?.made).toHaveLength(1);
    expect(identity.asked()).toEqual([]);
    expect((await make(providerOf(urlOf(fake)))).made?.made).toHaveLength(1);
    expect(identity.asked()).toHaveLength(1);
  });

  test('gives tokens that never go where a redirect leads', async () => {
    const thief = await foreignHost((_, response) => void response.end('{}'));
    const moved = await foreignHost((_, response) => void response.writeHead(308, { location: thief.url }).end());
    expect(await failureOf(make(providerOf(urlOf(moved))))).toMatchObject({ code: 'rejected' });
    expect([moved.seen().length, thief.seen()]).toEqual([1, []]);
    await Promise.all([thief.close(), moved.close()]);
  });

  test('is waited for no longer than anybody wants the picture', async () => {
    identity.answers('silence');
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const failed = failureOf(make(providerOf(urlOf(fake)), {}, controller.signal));
    await identity.untilAsked();
    controller.abort(reason);
    expect(await failed).toBe(reason);
  });
});

/** Without codes or statuses, as the library made them; azure-entra-away.test.ts has those that it really throws. */
test('a network that is down between here and Microsoft Entra mends itself: no admin is called', () => {
  const away = new CredentialUnavailableError(
    'ManagedIdentityCredential: Network unreachable. Message: network_error: See https://aka.ms/msal.js.errors#network_error',
  );
  const unknown = new CredentialUnavailableError('ManagedIdentityCredential: Authentication failed.');
  const name = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
  for (const cause of [away, new AggregateAuthenticationError([away]), new Error('request failed', { cause: name })])
    expect(noToken('scope', cause)).toMatchObject({ code: 'unreachable', maybeBilled: false });
  const certificate = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  for (const cause of [new AggregateAuthenticationError([unknown]), certificate])
    expect(noToken('scope', cause)).toMatchObject({ code: 'account' });
});
