import { Fault } from '../domain/fault.ts';
import { excerpt } from '../domain/text.ts';
import { causeCodes } from './never-sent.ts';
import { orAborted } from './or-aborted.ts';

interface Patience {
  /** How often `@azure/identity` asks again by itself; unset: as often as it thinks right. */
  readonly repeatsMax?: number;
  readonly deadlineMs?: number;
}

/**
 * Tokens from Microsoft Entra, as whoever this machine is: by the environment's client secret or certificate, a managed
 * identity, or a developer's own sign-in. Kept and renewed as long as they are good; `@azure/identity` is loaded with
 * the first.
 * Source: learn.microsoft.com "DefaultAzureCredential overview", read 2026-11.
 * @returns throws Fault, and nothing was asked of the image service: `unreachable` where Entra can't be reached or does
 * not answer for a moment, `account` where it refuses or nobody said who this is, which only an admin can mend
 */
export function entraToken(scope: string, { repeatsMax, deadlineMs = 60_000 }: Patience = {}): () => Promise<string> {
  let loading: Promise<() => Promise<string>> | undefined;

  async function load() {
    const { DefaultAzureCredential, getBearerTokenProvider } = await import('@azure/identity');
    const options = repeatsMax === undefined ? {} : { retryOptions: { maxRetries: repeatsMax } };
    return getBearerTokenProvider(new DefaultAzureCredential(options), scope);
  }

  return async () => {
    try {
      loading ??= load();
      const token = await loading;
      return await orAborted(token(), AbortSignal.timeout(deadlineMs));
    } catch (cause) {
      throw noToken(scope, cause);
    }
  };
}

/** Only an admin can mend that nobody may sign in; a network that is down mends itself. */
export function noToken(scope: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && passes(cause) ? 'unreachable' : 'account';
  return new Fault(code, excerpt(`Microsoft Entra gave no token for ${scope}: ${why}`, 400), { cause });
}

/**
 * Failures that pass by themselves: where the library tells the status of an answer, by that; else by its words. What is
 * no token at all, such as a page, has no `expiresOn` for it.
 * Sources: @azure/identity@4.14.1 and @azure/msal-common, ClientAuthErrorCodes; learn.microsoft.com "Microsoft Entra
 * authentication error codes" (AADSTS90033). Read 2026-11.
 */
function passes(error: Error): boolean {
  const { status } = error as { status?: unknown };
  if (typeof status === 'number' && (status === 429 || status >= 500)) return true;
  const behind = [error.cause, ...((error as Partial<AggregateError>).errors ?? [])];
  if (causeCodes(error).some((code) => network.test(code)) || passing.test(`${error.name}: ${error.message}`))
    return true;
  return behind.some((each) => each instanceof Error && passes(each));
}

const network = /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|E(HOST|NET)UNREACH|EPIPE|UND_ERR_\w+|REQUEST_SEND_ERROR)$/;

const passing =
  /^TimeoutError|network_error|no_network_connectivity|endpoints_resolution_error|no "expiresOn" property|temporarily_unavailable|AADSTS90033/i;
