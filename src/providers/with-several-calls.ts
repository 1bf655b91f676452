import { Fault } from '../domain/fault.ts';
import type { ImageRequest } from '../domain/image.ts';
import type { ImageProvider, Made, Progress, Ticket } from '../domain/image-provider.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';

/**
 * Asks for more pictures than one call gives in several calls at once, and puts their answers together. What some calls
 * made is kept when others fail: the failure is told by `lost`, and fewer pictures come back.
 * Goes around everything else, so that each call has its own tries and deadline.
 */
export function withSeveralCalls(provider: ImageProvider): ImageProvider {
  return {
    ...provider,
    async start(request, key, signal, onProgress) {
      if (request.count <= provider.imagesPerCallMax) return provider.start(request, key, signal, onProgress);
      const calls = split(request, provider.imagesPerCallMax).map((part) =>
        provider.start(part, key, signal, onProgress),
      );
      return together(await Promise.allSettled(calls), onProgress);
    },
  };
}

function split(request: ImageRequest, most: number): ImageRequest[] {
  const whole = Array.from({ length: Math.floor(request.count / most) }, () => most);
  const rest = request.count % most;
  return [...whole, ...(rest > 0 ? [rest] : [])].map((count) => ({ ...request, count }));
}

type Answer = Made | Ticket | Refusal;

function together(
  settled: readonly PromiseSettledResult<Answer>[],
  onProgress: (progress: Progress) => void,
): Made | Refusal {
  const answers = settled.filter((call) => call.status === 'fulfilled').map(({ value }) => value);
  const made = answers.filter((answer) => 'made' in answer);
  const failures = settled.filter((call) => call.status === 'rejected').map(({ reason }) => reason as unknown);
  if (answers.some((answer) => 'ticket' in answer))
    throw new RangeError('several calls of one job can have no tickets');
  const refusal = answers.find(isRefusal);
  if (made.length === 0 && refusal) return refusal;
  if (made.length === 0) throw failures[0];
  for (const failure of failures) if (failure instanceof Fault) onProgress({ lost: failure });
  return {
    made: made.flatMap((answer) => answer.made),
    usage: made.map(({ usage }) => usage).reduce(sum),
    requestId:
      made
        .map(({ requestId }) => requestId)
        .filter(Boolean)
        .join(', ') || undefined,
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
