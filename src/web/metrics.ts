import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import { counters, histograms, type Meter, type OpenJobs } from '../domain/metrics.ts';

/** What is asked for when somebody reads the page. */
export interface Readings {
  openJobs(): Promise<OpenJobs>;
  /** The platforms that are on, and whether requests can come in. */
  platforms(): readonly { readonly name: string; readonly connected: boolean }[];
  readonly clock: Clock;
}

/** What was counted since the start, and the page that tells it. */
export interface Metrics {
  readonly meter: Meter;
  readonly contentType: string;
  /** The page in Prometheus' text format. What can't be read now is left out; the rest is there. Never rejects. */
  page(readings: Readings): Promise<string>;
}

/** A database that takes longer is told of as away; Prometheus itself gives up after 10 s. */
const patienceMs = 2_000;
/** How often Node looks whether the event loop is late. The usual 10 ms would wake an idle Easel 100 times a second. */
const lagEveryMs = 50;

/** Everything that is counted, by prom-client, in a registry of its own. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counting = mapped(
    counters,
    (name, { help, labels }) => new Counter({ name, help, labelNames: labels, registers }),
  );
  const timing = mapped(
    histograms,
    (name, { help, labels, buckets }) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }),
  );
  const gauges = openGauges(registry);
  let isWatched = false;
  let reading: Promise<OpenJobs> | undefined;

  /** Who scrapes while an answer is awaited gets the same one: a database that hangs is asked once. */
  function readOnce(readings: Readings): Promise<OpenJobs> {
    reading ??= readings.openJobs().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  return {
    meter: {
      count: (name, labels, by = 1) => counting[name].inc(labels, sound(by)),
      observe: (name, labels, seconds) => timing[name].observe(labels, sound(seconds)),
    },
    contentType: registry.contentType,
    async page(readings) {
      // An Easel that nobody watches pays nothing for what only Node knows.
      if (!isWatched) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagEveryMs });
      isWatched = true;
      gauges.show(await within(readOnce(readings), readings.clock), readings);
      const names = registry.getMetricsAsArray().map(({ name }) => name);
      const texts = names.map((name) => registry.getSingleMetricAsString(name).catch(() => ''));
      return `${(await Promise.all(texts)).filter(Boolean).join('\n\n')}\n`;
    },
  };
}

/** What prom-client would throw at must not break a job: a clock that was set back, a price that is none. */
const sound = (value: number): number => (value > 0 ? value : 0);

/** Undefined where it fails, or is not there in time. */
async function within(work: Promise<OpenJobs>, clock: Clock): Promise<OpenJobs | undefined> {
  const over = new AbortController();
  const late = clock.sleep(patienceMs, over.signal).then(
    () => undefined,
    () => undefined,
  );
  const read = await Promise.race([work.catch(() => undefined), late]);
  over.abort();
  return read;
}

/** What stands as it is now. Of the database's own numbers, those of all processes on it are the same. */
function openGauges(registry: Registry) {
  const gauge = <Name extends string>(name: string, help: string, ...labelNames: Name[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const up = gauge('easel_database_up', 'Whether the database answered this scrape.');
  const jobs = gauge('easel_jobs', 'Jobs that have not ended, by state, up to 10,000 each.', 'state');
  const depth = gauge('easel_queue_depth', 'Jobs that wait for a turn at an image service.');
  const age = gauge('easel_queue_oldest_age_seconds', 'How long the oldest of the waiting jobs has waited.');
  const connected = gauge('easel_platform_connected', 'Whether requests can come in from a platform.', 'platform');
  return {
    show(open: OpenJobs | undefined, { platforms, clock }: Readings): void {
      for (const platform of platforms()) connected.set({ platform: platform.name }, Number(platform.connected));
      up.set(Number(open !== undefined));
      if (!open) {
        jobs.reset();
        // A gauge without labels would be reset to 0, which is an answer too.
        depth.remove();
        age.remove();
        return;
      }
      const { queued, running, made, following, oldestAt } = open;
      for (const [state, count] of Object.entries({ queued, running, made })) jobs.set({ state }, count);
      depth.set(Math.max(queued - following, 0));
      age.set(oldestAt === undefined ? 0 : sound(clock.now() - oldestAt) / 1000);
    },
  };
}

/** The same keys with what is made of each. */
function mapped<Key extends string, Value, Made>(
  from: Readonly<Record<Key, Value>>,
  make: (key: Key, value: Value) => Made,
): Record<Key, Made> {
  const entries = Object.entries(from) as [Key, Value][];
  return Object.fromEntries(entries.map(([key, value]) => [key, make(key, value)])) as Record<Key, Made>;
}
