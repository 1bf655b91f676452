/**
 * A base URL as the `openai` package wants it: one that names a version anywhere in its path is complete. Gateways'
 * manuals often show the whole address of a call, which is taken for what is meant.
 */
export function versionedUrl(baseUrl: string): string {
  const plain = baseUrl.replace(/\/+$/, '').replace(/\/(images\/(generations|edits)|chat\/completions)$/, '');
  return /\/v\d+[a-z]*(\/|$)/.test(new URL(plain).pathname) ? plain : `${plain}/v1`;
}
