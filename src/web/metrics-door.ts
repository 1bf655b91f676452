import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Who may read the metrics: whoever knows the token, as `Authorization: Bearer …`; everybody where there is none.
 * Both sides are hashed, so that the time it takes says neither the token nor its length.
 */
export function metricsDoor(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const expected = digest(token);
  return (authorization = '') => {
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    return timingSafeEqual(digest(given), expected);
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
