/** Failures of a connection that never came to be: nothing was sent, so nothing can be billed. */
const codes: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EPROTO'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERR_TLS_CERT_ALTNAME_INVALID'],
]);

export const neverSent = (error: unknown): boolean => causeCodes(error).some((code) => codes.has(code));

/** The `code` of an error and of everything behind it; several addresses of a host fail as one AggregateError. */
export function causeCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code, cause } = error as Error & { code?: unknown };
  const parts = error instanceof AggregateError ? error.errors.flatMap(causeCodes) : [];
  return [...(typeof code === 'string' ? [code] : []), ...parts, ...causeCodes(cause)];
}
