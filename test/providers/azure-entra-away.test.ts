import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { entraToken } from '../../src/providers/entra-token.ts';
import { failureOf } from '../contracts/image-provider.ts';
import { type FakeIdentity, fakeIdentity } from '../fakes/azure/identity.ts';

/** A file of its own: the library keeps for a whole process how often it asks again. */

let identity: FakeIdentity;
let resource = 0;

beforeAll(async () => {
  identity = await fakeIdentity();
});

afterAll(() => identity.close());

beforeEach(() => {
  identity.reset();
  vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential');
  vi.stubEnv('IDENTITY_ENDPOINT', identity.url);
  vi.stubEnv('IDENTITY_HEADER', identity.header);
});

afterEach(() => vi.unstubAllEnvs());

describe('Microsoft Entra that can’t be asked for a moment', () => {
  const scopeOf = () => `https://resource-${++resource}.example/.default`;

  test.each(['failure', 'busy', 'drop'] as const)('is no matter of the account: %s', async (how) => {
    identity.answers(how);
    const token = entraToken(scopeOf(), { repeatsMax: 0 });
    expect(await failureOf(token())).toMatchObject({ name: 'Fault', code: 'unreachable', maybeBilled: false });
    identity.answers('token');
    expect(identity.isToken(await token())).toBe(true);
  });

  test('is not waited for without end, and nothing was asked of the service', async () => {
    identity.answers('silence');
    const token = entraToken(scopeOf(), { deadlineMs: 20 });
    expect(await failureOf(token())).toMatchObject({ code: 'unreachable', maybeBilled: false });
  });

  test('nor is an authority that is not there', async () => {
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential');
    vi.stubEnv('AZURE_TENANT_ID', '11111111-1111-1111-1111-111111111111');
    vi.stubEnv('AZURE_CLIENT_ID', 'easel');
    vi.stubEnv('AZURE_CLIENT_SECRET', 'secret');
    vi.stubEnv('AZURE_AUTHORITY_HOST', 'https://127.0.0.1:1');
    const failure = await failureOf(entraToken(scopeOf(), { repeatsMax: 0 })());
    expect(failure).toMatchObject({ code: 'unreachable', maybeBilled: false });
  });
});
