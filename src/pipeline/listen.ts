import type { Fault } from '../domain/fault.ts';
import type { Progress } from '../domain/image-provider.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Begun } from './record-call.ts';

/** What a call has told so far. */
export interface Heard {
  readonly sent: boolean;
  readonly previews: number;
  /** Parts of the pictures that failed, or were declined, while the others were made. */
  readonly lost: readonly { readonly fault: Fault; readonly count: number }[];
  readonly declined: readonly { readonly refusal: Refusal; readonly count: number }[];
  /** The call with the names that the service gave it: several, where it took several calls. */
  readonly call: Begun;
}

/** Gathers what a call tells while it runs, and passes it on. @param sent whether it has gone out before */
export function listen(
  begun: Begun,
  sent: boolean,
  passOn: (step: Progress) => void,
): { readonly onProgress: (step: Progress) => void; readonly heard: () => Heard } {
  const lost: Heard['lost'][number][] = [];
  const declined: Heard['declined'][number][] = [];
  const ids = new Set<string>();
  let organisation: string | undefined;
  let isSent = sent;
  let previews = 0;
  const named = () => ({ requestId: [...ids].join(', ') || undefined, organisation });
  return {
    onProgress(step) {
      if ('sent' in step) isSent = true;
      else if ('partial' in step) previews++;
      else if ('lost' in step) lost.push({ fault: step.lost, count: step.count ?? 1 });
      else if ('declined' in step) declined.push({ refusal: step.declined, count: step.count });
      else if ('answered' in step) {
        if (step.answered.requestId) ids.add(step.answered.requestId);
        organisation = step.answered.organisation ?? organisation;
      }
      passOn(step);
    },
    heard: () => ({ sent: isSent, previews, lost, declined, call: { ...begun, named: named() } }),
  };
}
