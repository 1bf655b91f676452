import type { PictureOrder } from '../openai/pictures.ts';
import type { Call, Fault } from './handle.ts';
import type { Generation, Order } from './rules.ts';

/** A task as the service keeps it. */
export interface Task {
  readonly id: string;
  readonly generation: Generation;
  readonly order: Order;
  readonly fault: Fault | undefined;
  looks: number;
  percent: number;
  state: Call['state'];
  url: string | undefined;
  picture: string | undefined;
  billed: boolean;
  /** Hear of every change, such as streams. */
  readonly listeners: Set<() => void>;
}

export const pictureOrder = ({ id, order }: Task): PictureOrder => ({
  width: order.width,
  height: order.height,
  format: 'png',
  transparent: order.transparent,
  compression: 90,
  seed: JSON.stringify([order.prompt, order.images, order.mask, id]),
});

/** How a task that has run its course ends. */
export function endOf({ fault }: Task): Call['state'] {
  switch (fault) {
    case 'violation':
    case 'violation-400':
      return 'violation';
    case 'input-moderation':
    case 'output-moderation':
    case 'error':
      return 'failed';
    default:
      return 'succeeded';
  }
}

const reasons: Readonly<Record<string, string>> = {
  'input-moderation': 'input_moderation',
  'output-moderation': 'output_moderation',
  violation: 'violation',
};

/** The task object, in the words of its API. */
export function taskObject(task: Task): object {
  const { id, state, percent, url, fault } = task;
  const reason = reasons[String(fault)] ?? 'error';
  const results = url === undefined ? (state === 'succeeded' ? [] : null) : [{ url, content: '' }];
  if (task.generation === 'api') {
    const named = state === 'failed' && reason !== 'error' ? reason : 'generate failed';
    return { id, status: state, progress: percent, results: results ?? [], error: over(state) ? named : '' };
  }
  // The older API has one kind of end for everything that came to nothing.
  const failed = over(state);
  return {
    ...{ id, status: failed ? 'failed' : state, progress: percent, results, url: url ?? '', width: 0, height: 0 },
    ...{ failure_reason: failed ? reason : '', error: failed ? 'generate failed' : '' },
  };
}

const over = (state: Call['state']): boolean => state === 'failed' || state === 'violation';
