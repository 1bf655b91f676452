/**
 * Whether an address is Slack's own, or the configured one that stands in its place: only there the token may go.
 * @param apiUrl base of the Web API
 */
export function isSlackAddress(address: URL, apiUrl: string): boolean {
  if (address.username !== '' || address.password !== '') return false;
  if (address.origin === new URL(apiUrl).origin) return true;
  return address.protocol === 'https:' && address.port === '' && /(^|\.)slack\.com$/.test(address.hostname);
}
