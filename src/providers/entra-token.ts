import { Fault } from '../domain/fault.ts';
import { excerpt } from '../domain/text.ts';

/**
 * Tokens from Microsoft Entra, as whoever this machine is: by the environment's client secret or certificate, a managed
 * identity, or a developer's own sign-in. Kept and renewed as long as they are good; `@azure/identity` is loaded with
 * the first.
 * Source: learn.microsoft.com "DefaultAzureCredential overview", read 2026-11.
 * @returns throws Fault `account`: nothing was asked of the image service, and only an admin can mend it
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
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Fault('account', excerpt(`Microsoft Entra gave no token for ${scope}: ${why}`, 400), { cause });
    }
  };
}
