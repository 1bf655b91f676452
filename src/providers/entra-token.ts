import { Fault } from '../domain/fault.ts';
import { excerpt } from '../domain/text.ts';
import { causeCodes } from './never-sent.ts';

/**
 * Tokens from Microsoft Entra, as whoever this machine is: by the environment's client secret or certificate, a managed
 * identity, or a developer's own sign-in. Kept and renewed as long as they are good; `@azure/identity` is loaded with
 * the first.
 * Source: learn.microsoft.com "DefaultAzureCredential overview", read 2026-11.
 * @returns throws Fault `account`, or `unreachable` where the way there is down: nothing was asked of the image service
 */
export function entraToken(scope: string): () => Promise<string> {
  let loading: Promise<() => Promise<string>> | undefined;

  async function load() {
    const { DefaultAzureCredential, getBearerTokenProvider } = await import('@azure/identity');
    return getBearerTokenProvider(new DefaultAzureCredential(), scope);
  }

  return async () => {
    try {
      loading ??= load();
      const token = await loading;
      return await token();
    } catch (cause) {
      throw noToken(scope, cause);
    }
  };
}

/**
 * Only an admin can mend that nobody may sign in; a network that is down mends itself. The library has no code for that,
 * and its errors of several ways to sign in hold no statuses: its words are what there is (tried with 4.14.1).
 */
export function noToken(scope: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  const isOutage = causeCodes(cause).length > 0 || /network[ _](?:unreachable|error)|timed out/i.test(why);
  const words = excerpt(`Microsoft Entra gave no token for ${scope}: ${why}`, 400);
  return new Fault(isOutage ? 'unreachable' : 'account', words, { cause });
}
