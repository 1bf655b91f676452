/**
 * `npm run bench`: what Easel costs and how fast it is, against local fakes. `npm run bench -- cpu latency` measures some of
 * them. Absolute times mean something on a quiet machine only.
 */
import os from 'node:os';
import { ack } from './ack.ts';
import { endChildren } from './child.ts';
import { cpu } from './cpu.ts';
import { edit } from './edit.ts';
import { type Figure, table } from './figure.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { queue } from './queue.ts';
import { route } from './route.ts';
import { start } from './start.ts';

const benches: Readonly<Record<string, () => Promise<Figure[]>>> = {
  start,
  latency,
  cpu,
  edit,
  ack,
  memory,
  queue,
  route,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There is ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}

process.once('exit', endChildren);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const startedAt = performance.now();
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`measuring ${name} …`);
  figures.push(...(await measure()));
}

const load = os.loadavg()[0]?.toFixed(1);
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
console.log(`\n${os.cpus().length} cores, Node ${process.versions.node}, load ${load}, ${minutes} minutes\n`);
console.log(table(figures));
const missed = figures.filter(({ ok }) => ok === false).length;
console.log(missed === 0 ? '\nAll targets are met.' : `\n${missed} of the targets MISSED.`);
