import type { Preview } from '../domain/card.ts';
import type { Progress } from '../domain/image-provider.ts';
import type { Claim } from '../domain/job-queue.ts';
import { type Moment, runningCard } from './cards.ts';
import type { Parts } from './parts.ts';
import { openOrGoBlind, type Show } from './show.ts';
import { usualMs } from './usual.ts';

export interface Watch {
  /** Undefined when the place could not be opened. */
  readonly show: Promise<Show | undefined>;
  readonly progress: (progress: Progress) => void;
  /** Nobody is asked for so long. */
  readonly waiting: (waitMs: number) => void;
  /** Another service is asked from now on. */
  readonly switched: (provider: string) => void;
  readonly stop: () => void;
}

const calm = { retryInMs: undefined, switchedTo: undefined };

/** Keeps the card of a running job true: time left as it passes, the provider's percent, the newest preview. */
export async function startWatch({ job }: Claim, parts: Parts): Promise<Watch> {
  const { clock, previews } = parts;
  const expectedMs = await usualMs(job.request, parts);
  const startedAt = clock.now();
  const over = new AbortController();
  let moment: Omit<Moment, 'elapsedMs'> = { expectedMs, percent: undefined, preview: undefined, ...calm };
  const current = () => runningCard(job, { ...moment, elapsedMs: clock.now() - startedAt });
  const show = openOrGoBlind(job, current(), parts);

  const tick = async () => {
    const shown = await show;
    const intervalMs = parts.platforms.get(job.place.platform)?.editIntervalMsMin ?? 2_500;
    while (!over.signal.aborted) {
      shown?.show(current());
      await clock.sleep(intervalMs, over.signal).catch(() => undefined);
    }
  };
  void tick();

  const change = async (changes: Partial<typeof moment>) => {
    moment = { ...moment, ...changes };
    if (!over.signal.aborted) (await show)?.show(current());
  };
  const { region } = job.request;
  const addPreview = async (bytes: Uint8Array) => {
    const small = await previews.small(bytes, region).catch(() => undefined);
    const preview: Preview | undefined = small && { bytes: small, format: 'jpeg', alt: 'A preview, not finished yet' };
    if (preview) await change({ preview, retryInMs: undefined });
  };
  if (region) void showRegion();

  /** The picture as it was, with the part outlined that may change. */
  async function showRegion(): Promise<void> {
    const [first] = job.request.inputs;
    const bytes = first && (await parts.blobs.get(first.blob).catch(() => undefined));
    const small = bytes && (await previews.small(bytes, region).catch(() => undefined));
    // A newer one may have come meanwhile.
    if (!small || moment.preview) return;
    await change({
      preview: { bytes: small, format: 'jpeg', alt: 'The picture, with the part outlined that may change' },
    });
  }

  return {
    show,
    stop: () => over.abort(),
    progress(step) {
      if ('percent' in step) void change({ percent: step.percent, retryInMs: undefined });
      else if ('partial' in step) void addPreview(step.partial);
    },
    waiting: (waitMs) => void change({ retryInMs: waitMs, percent: undefined }),
    switched: (provider) => void change({ retryInMs: undefined, percent: undefined, switchedTo: provider }),
  };
}
