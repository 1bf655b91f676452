import type { Refusal } from './domain/refusal.ts';
import { excerpt } from './domain/text.ts';
import { FetchFailure, guardedFetch } from './http/guarded-fetch.ts';
import { inputBytesMax } from './pipeline/parts.ts';
import { isWebPage } from './pipeline/pictures/file-kind.ts';

/** What a link that a person typed leads to. They hear of every outcome, and nothing of what was found on the way. */

const patienceMs = 20_000;
/** Sites that people copy links from turn away who does not say what they are. */
const headers = { accept: 'image/*', 'user-agent': 'Easel (fetches a picture that a person linked to)' };

const asFile = 'send the picture as a file';
const unusable = (what: string, hint: string): Refusal => ({ refused: 'unusable', what, hint });

/**
 * Fetches from the public internet over https, and from `allowedOrigins` (`LINK_ORIGINS`): never those of the services
 * and platforms, which answer to Easel more than they would to a person. No credential, cookie or referrer goes along.
 * @param given `deadlineMs` for tests; else 20 s
 */
export function fetchLink(
  given: Parameters<typeof guardedFetch>[0] & { readonly deadlineMs?: number },
): (address: string) => Promise<Uint8Array | Refusal> {
  const get = guardedFetch(given);
  const { deadlineMs = patienceMs } = given;
  return async (address) => {
    const url = URL.parse(address.trim());
    if (!url) return unusable('That is no address of a picture.', `Give one that begins with https://, or ${asFile}.`);
    if (url.username !== '' || url.password !== '')
      return unusable('The address holds a name or a password.', `Leave it out, or ${asFile}.`);
    const host = excerpt(url.hostname, 80);
    try {
      const answer = await get(url.href, { headers, deadlineMs, bytesMax: inputBytesMax });
      return refused(host, answer.status) ?? (isPage(answer) ? leadsToPage(host) : answer.bytes);
    } catch (error) {
      if (error instanceof FetchFailure) return failed(host, error.code);
      throw error;
    }
  };
}

type Answer = Awaited<ReturnType<ReturnType<typeof guardedFetch>>>;

const isPage = ({ headers, bytes }: Answer): boolean =>
  /^(text\/html|application\/xhtml\+xml)\b/i.test(headers['content-type'] ?? '') || isWebPage(bytes);

const leadsToPage = (host: string): Refusal =>
  unusable(
    `The address at ${host} leads to a web page, not to a picture.`,
    'Open the picture itself and copy its address.',
  );

function refused(host: string, status: number): Refusal | undefined {
  if (status === 200) return undefined;
  if (status === 404 || status === 410)
    return unusable(`There is no picture at that address: ${host} answered ${status}.`, 'Check the address.');
  if (status === 401 || status === 403)
    return unusable(`${host} doesn't let Easel have that picture.`, `Save it, and ${asFile}.`);
  return unusable(`${host} answered ${status} instead of a picture.`, `Try again later, or ${asFile}.`);
}

function failed(host: string, code: FetchFailure['code']): Refusal {
  switch (code) {
    case 'insecure':
      return unusable(
        'Easel fetches pictures over https only.',
        `Give an address that begins with https://, or ${asFile}.`,
      );
    case 'forbidden':
      return unusable(
        'Easel fetches pictures from the public internet only.',
        `Save the picture, and send it as a file.`,
      );
    case 'too-large':
      return unusable(`What ${host} sends is too large: a picture must be below 50 MB.`, 'Give a smaller one.');
    case 'timeout':
      return unusable(`${host} took too long to answer.`, `Try again later, or ${asFile}.`);
    case 'redirects':
      return unusable(`${host} passes Easel on without end.`, 'Open the picture itself and copy its address.');
    case 'unreachable':
      return unusable(`${host} can't be reached.`, `Check the address, or ${asFile}.`);
  }
}
