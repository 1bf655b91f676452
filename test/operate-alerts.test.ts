import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { counters, histograms } from '../src/domain/metrics.ts';
import { both } from './journeys/chats.ts';
import { openStudio } from './journeys/studio.ts';
import { oneOfEverything, scraped } from './journeys/watched.ts';
import type { Sample } from './web/metrics-text.ts';
import { namedIn } from './web/promql.ts';

/** What Prometheus loads, as far as it is used. Source: prometheus.io, "Alerting rules", read 2026-11. */
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** What Grafana imports, as far as it is used. Source: grafana.com, "Dashboard JSON model", read 2026-11. */
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[];
  };
  readonly panels: readonly Panel[];
}

const read = (file: string) => readFile(path.join(import.meta.dirname, '..', 'docs', 'operate', file), 'utf8');
const alerts = parse(await read('alerts.yaml'), { strict: true, uniqueKeys: true }) as Rules;
const rules = alerts.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(await read('dashboard.json')) as Dashboard;
const targets = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));
const runbook = await read('runbook.md');
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...targets.map(({ title, refId, expr }) => [`${title} ${refId}`, expr] as const),
];

/** Labels and a metric that Prometheus adds itself to all it scrapes. */
const added = ['job', 'instance'];
const ofPrometheus = 'up';

let page: readonly Sample[] = [];

beforeAll(async () => {
  const studio = await openStudio({ slack: { rateLimits: false }, env: { USER_PER_MINUTE: '99' } });
  for (const [, chatOf] of both) await oneOfEverything(studio, chatOf(studio));
  page = await scraped(studio);
  await studio.close();
}, 60_000);

const labelsOf = (metric: string): Set<string> =>
  new Set(page.filter(({ name }) => name === metric).flatMap(({ labels }) => Object.keys(labels)));

describe('on a page of an Easel that did one of everything', () => {
  test.each(expressions)('is all that %s names', (_, expression) => {
    const { metrics, labels, matched } = namedIn(expression);
    for (const metric of metrics.filter((name) => name !== ofPrometheus)) {
      expect(page.map(({ name }) => name)).toContain(metric);
      const wanted = labels.filter((label) => !added.includes(label));
      const here = metric.endsWith('_bucket') ? wanted : wanted.filter((label) => label !== 'le');
      expect([...labelsOf(metric)]).toEqual(expect.arrayContaining(here));
    }
    for (const { metric, label, values } of matched.filter(({ label }) => !added.includes(label))) {
      const known = page.filter(({ name }) => name === metric).map(({ labels }) => labels[label]);
      expect(known).toEqual(expect.arrayContaining([...values]));
    }
  });

  test('every label has few values', () => {
    for (const name of new Set(page.map((sample) => sample.name)))
      expect(page.filter((sample) => sample.name === name).length, name).toBeLessThan(300);
  });
});

describe('the alerts', () => {
  test('are rules as Prometheus loads them', () => {
    expect(Object.keys(alerts)).toEqual(['groups']);
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const group of alerts.groups) expect(Object.keys(group).toSorted()).toEqual(['name', 'rules']);
    for (const rule of rules) {
      const known = ['alert', 'annotations', 'expr', 'for', 'labels'];
      expect(known).toEqual(expect.arrayContaining(Object.keys(rule)));
      expect(rule.for ?? '0s').toMatch(/^\d+[smhd]$/);
      expect(['page', 'ticket']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toBeTruthy();
    }
  });

  test.each(rules)('$alert has its section in the runbook, and leads there', ({ alert, annotations }) => {
    expect(annotations.runbook).toBe(`docs/operate/runbook.md#${alert.toLowerCase()}`);
    const [, section = ''] = runbook.split(`\n## ${alert}\n`);
    expect(section.split('\n## ')[0]).toMatch(/\n1\. /);
  });

  test.each(rules)('$alert says only what its expression keeps', ({ expr, annotations }) => {
    const said = [...(annotations.summary ?? '').matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    const { labels, metrics } = namedIn(expr);
    const kept = labels.length > 0 ? labels : [...added, ...metrics.flatMap((metric) => [...labelsOf(metric)])];
    expect(kept).toEqual(expect.arrayContaining(said));
  });

  test('are all that the runbook has sections for, and its links lead to sections', () => {
    const sections = [...runbook.matchAll(/^## (Easel\w+)$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
    const links = [...runbook.matchAll(/\]\(#(\w+)\)/g)].map(([, anchor]) => anchor);
    expect(sections.map((name) => name?.toLowerCase())).toEqual(expect.arrayContaining(links));
  });
});

describe('the dashboard', () => {
  test('asks whichever Prometheus is chosen at its top', () => {
    expect(dashboard.templating.list).toMatchObject([{ name: 'datasource', type: 'datasource', query: 'prometheus' }]);
    for (const { type, datasource } of dashboard.panels.filter((panel) => panel.type !== 'row'))
      expect([type, datasource]).toEqual(['timeseries', { type: 'prometheus', uid: `\${datasource}` }]);
  });

  test('has panels that do not cover each other', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  test.each(targets)('$title: “$legendFormat” says only what its expression keeps', ({ expr, legendFormat }) => {
    const said = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    expect([...namedIn(expr).labels, ...added]).toEqual(expect.arrayContaining(said));
  });

  test('shows everything that Easel counts', () => {
    const shown = targets.flatMap(({ expr }) =>
      namedIn(expr).metrics.map((name) => name.replace(/_(bucket|count)$/, '')),
    );
    for (const name of [...Object.keys(counters), ...Object.keys(histograms)]) expect(shown).toContain(name);
  });
});
