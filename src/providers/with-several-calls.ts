import { Fault } from '../domain/fault.ts';
import type { ImageOrder, ImageProvider, Made, Progress, Ticket } from '../domain/image-provider.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';

/**
 * Asks for more pictures than one call gives in several calls at once, and puts their answers together. What some calls
 * made is kept when others fail or are declined: that is told by `lost` and `declined`, and fewer pictures come back.
 * Goes around everything else, so that each call has its own tries and deadline.
 */
export function withSeveralCalls(provider: ImageProvider): ImageProvider {
  return {
    ...provider,
    async start(order, key, signal, onProgress) {
      if (order.count <= provider.imagesPerCallMax) return provider.start(order, key, signal, onProgress);
      const parts = split(order, provider.imagesPerCallMax);
      const calls = parts.map((part) => provider.start(part, key, signal, onProgress));
      const settled = await Promise.allSettled(calls);
      return together(settled, parts, onProgress);
    },
  };
}

function split(order: ImageOrder, most: number): ImageOrder[] {
  const whole = Array.from({ length: Math.floor(order.count / most) }, () => most);
  const rest = order.count % most;
  const counts = [...whole, ...(rest > 0 ? [rest] : [])];
  // A cache on the way must not answer two calls of the same wording with the same picture.
  return counts.map((count, at) => ({ ...order, count, fresh: order.fresh || at > 0 }));
}

type Answer = Made | Ticket | Refusal;

function together(
  settled: readonly PromiseSettledResult<Answer>[],
  parts: readonly ImageOrder[],
  onProgress: (progress: Progress) => void,
): Made | Refusal {
  const answers = settled.filter((call) => call.status === 'fulfilled').map(({ value }) => value);
  if (answers.some((answer) => 'ticket' in answer))
    throw new RangeError('several calls of one job can have no tickets');
  const made = answers.filter((answer) => 'made' in answer);
  const refusal = answers.find(isRefusal);
  const thrown = settled.find((call) => call.status === 'rejected');
  // The failure that is thrown tells itself.
  const told = made.length === 0 && !refusal ? thrown : undefined;
  for (const [position, call] of settled.entries()) {
    const count = parts[position]?.count ?? 1;
    if (call.status === 'fulfilled') {
      if (made.length > 0 && isRefusal(call.value)) onProgress({ declined: call.value, count });
    } else if (call !== told && call.reason instanceof Fault) onProgress({ lost: call.reason, count });
  }
  if (told) throw told.reason;
  if (made.length === 0 && refusal) return refusal;
  return {
    made: made.flatMap((answer) => answer.made),
    usage: made.map(({ usage }) => usage).reduce(sum),
    requestId:
      made
        .map(({ requestId }) => requestId)
        .filter(Boolean)
        .join(', ') || undefined,
    organisation: made.find(({ organisation }) => organisation !== undefined)?.organisation,
  };
}

/** Unknown as soon as one call does not say. */
function sum(a: Made['usage'], b: Made['usage']): Made['usage'] {
  return (
    a &&
    b && {
      textInTokens: a.textInTokens + b.textInTokens,
      imageInTokens: a.imageInTokens + b.imageInTokens,
      imageOutTokens: a.imageOutTokens + b.imageOutTokens,
    }
  );
}
