import { type Fault, remedy } from '../domain/fault.ts';
import type { Job } from '../domain/job.ts';
import type { Parts } from './parts.ts';
import type { Way } from './route.ts';

/** Writes the fault down, puts a service aside whose account fails, and tells the admins what only they can mend. */
export async function reportFault(fault: Fault, { id }: Job, { provider: { name } }: Way, parts: Parts): Promise<void> {
  const { code, requestId } = fault;
  parts.log.error({ job: id, provider: name, code, request: requestId, err: fault }, 'a provider failed');
  if (remedy[code] !== 'page-operator') return;
  if (code === 'account') await parts.health.putAside(name);
  parts.errands.add(
    parts.alert(`${code} ${name}`, `${whatFails(name, code)} Its own words are in the log of job ${id}.`),
  );
}

function whatFails(name: string, code: Fault['code']): string {
  if (code === 'bug') return `Something went wrong inside Easel while it asked the image service ${name}.`;
  if (code !== 'account') return `The image service ${name} fails Easel: it does not accept how it asks.`;
  return `The image service ${name} fails Easel: it refuses its account: key, quota or permission. It is left out for an hour, or until an admin says /services resume name:${name}.`;
}
