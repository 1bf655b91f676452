/** A base URL as the `openai` package wants it: one that names a version anywhere in its path is complete. */
export function versionedUrl(baseUrl: string): string {
  const plain = baseUrl.replace(/\/+$/, '');
  return /\/v\d+[a-z]*(\/|$)/.test(new URL(plain).pathname) ? plain : `${plain}/v1`;
}
