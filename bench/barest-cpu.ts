import { once } from 'node:events';
import type { Order } from './barest-client.ts';
import { startMeasured } from './measured-process.ts';
import type { Services } from './services.ts';

/** What the barest client needs for one picture, in ms of processor time, once it is warm. */
export async function barestCpuMs(
  services: Services,
  order: Pick<Order, 'platform' | 'reference'>,
  { warmUp, count, inFlight }: { readonly warmUp: number; readonly count: number; readonly inFlight: number },
): Promise<number> {
  const client = startMeasured(['barest-client.ts'], services.env('discord', 'slack'));
  const make = async (some: number) => {
    const done = once(client.lines, 'line');
    client.child.stdin.write(`${JSON.stringify({ ...order, count: some, inFlight } satisfies Order)}\n`);
    await done;
  };
  await make(warmUp);
  const before = await client.usage();
  await make(count);
  const after = await client.usage();
  await client.stop();
  return (after.cpuMs - before.cpuMs) / count;
}
