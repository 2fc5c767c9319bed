import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { readRepoFile } from '../../rig/source-files.ts';
import { until } from '../../rig/wait.ts';
import { section, tableRows, unquoted } from '../support/markdown.ts';
import { parseYaml } from '../support/yaml.ts';

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}
interface Query {
  readonly where: string;
  readonly expr: string;
}
interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  targets?: { expr: string; datasource: { uid: string } }[];
}

const { groups } = parseYaml(readRepoFile('docs/monitoring/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const grafana = JSON.parse(readRepoFile('docs/monitoring/grafana.json')) as {
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
  annotations: { list: { expr: string }[] };
  panels: Panel[];
};
const variables = grafana.templating.list.filter(({ type }) => type === 'query');
const queries: Query[] = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...grafana.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, expr }))),
  ...grafana.annotations.list.map(({ expr }) => ({ where: 'annotation', expr })),
  ...variables.map(({ name, query }) => ({ where: name, expr: (query as { query: string }).query })),
];

/** Added by whoever scrapes. */
const OF_PROMETHEUS = ['instance', 'job'];
const operations = readRepoFile('docs/operations.md');

let app: TestApp;
const METRICS_TOKEN = 'a-token-of-the-metrics-that-is-long-enough';
/** What /metrics prints … */
let printed: string;
/** … and every sample of it: its name and its labels. */
let samples: { name: string; labels: Record<string, string> }[];
beforeAll(async () => {
  app = await startApp({ env: { METRICS_TOKEN } });
  const socket = await app.connect(await app.signUp());
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
  app.market.tick('AAPL', 100);
  await next(socket, 'quote:update');
  await app.request('POST', '/hooks/trades', { body: {} });
  const { body } = await app.request('GET', '/metrics', {
    headers: { Authorization: `Bearer ${METRICS_TOKEN}` },
  });
  printed = String(body.text);
  samples = [...printed.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, name, labels = '']) => ({
    name: name!,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  }));
});
afterAll(() => app.close());

const named = (name: string) => samples.filter((sample) => sample.name === name);

/** One sentence for each metric, label or value of a query that /metrics does not print. */
function unknownIn({ where, expr }: Query): string[] {
  const selectors = [...expr.matchAll(/\b(tradecast_\w+)(?:\{([^}]*)\})?/g)];
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/));
  return selectors.flatMap(([, name, matchers = '']) => {
    const printed = named(name!);
    if (printed.length === 0) return [`${where}: no metric ${name}`];
    const keys = new Set([...OF_PROMETHEUS, ...printed.flatMap(({ labels }) => Object.keys(labels))]);
    const matched = [...matchers.matchAll(/(\w+)(=~|!=|!~|=)"([^"]*)"/g)];
    return [
      ...[...matched.map(([, key]) => key!), ...grouped]
        .filter((key) => !keys.has(key))
        .map((key) => `${where}: ${name} has no label ${key}`),
      ...matched
        .filter(
          ([, key, operator, value]) =>
            operator === '=' && !printed.some(({ labels }) => labels[key!] === value),
        )
        .map(([, key, , value]) => `${where}: ${name} has no ${key}="${value}"`),
    ];
  });
}

describe('alerts and dashboard', () => {
  test('name metrics, labels and values that the running service prints', () => {
    expect(queries.length).toBeGreaterThan(60);
    expect(queries.filter(({ expr }) => !/\btradecast_/.test(expr))).toEqual([]);
    expect(queries.flatMap(unknownIn)).toEqual([]);
  });

  test('would be noticed naming one that is not there', () => {
    const expr = 'sum by (colour) (tradecast_connections{colour="red"}) + tradecast_nothing';
    expect(unknownIn({ where: 'x', expr })).toEqual([
      'x: tradecast_connections has no label colour',
      'x: tradecast_connections has no label colour',
      'x: tradecast_connections has no colour="red"',
      'x: no metric tradecast_nothing',
    ]);
    const engines = 'tradecast_feed_state{state="gone"}';
    expect(unknownIn({ where: 'x', expr: engines })).toEqual(['x: tradecast_feed_state has no state="gone"']);
  });
});

test('the operations page lists every metric of the service, in the words of /metrics', () => {
  const own = [...printed.matchAll(/^# HELP (tradecast_(?!process_|nodejs_)\w+) (.*)$/gm)];
  const rows = tableRows(section(operations, 'Metrics'));
  expect(rows.map(([name, help]) => [unquoted(name!), help]).sort()).toEqual(
    own.map(([, name, help]) => [name, help]).sort(),
  );
});

test('the version that runs is told', () => {
  const { version } = JSON.parse(readRepoFile('package.json')) as { version: string };
  expect(named('tradecast_build_info')).toEqual([{ name: 'tradecast_build_info', labels: { version } }]);
});

describe('the alert rules', () => {
  test('are each named once, with a duration, a severity of two and a sentence', () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    for (const rule of rules) {
      expect(rule.alert).toMatch(/^Tradecast[A-Z]\w+$/);
      expect(rule.for).toMatch(/^\d+[sm]$/);
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toMatch(/^[A-Z].*\.$/);
      expect(rule.annotations.runbook).toBe(`docs/operations.md#${rule.alert.toLowerCase()}`);
    }
  });

  test('have each a section that says what it means and what to do, and no section is without its rule', () => {
    const alerts = section(operations, 'Alerts');
    const headings = [...alerts.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(rules.map(({ alert }) => alert));
    for (const { alert, labels, annotations } of rules) {
      const text = section(alerts, alert);
      expect(text).toContain(`${annotations.summary} (${labels.severity})`);
      expect(text).toMatch(/^\*\*Do:\*\* \S.{20}/m);
    }
  });
});

describe('the Grafana dashboard', () => {
  test('asks the data source that is chosen when it is imported', () => {
    expect(grafana.templating.list[0]).toMatchObject({
      name: 'datasource',
      type: 'datasource',
      query: 'prometheus',
    });
    const sources = grafana.panels.flatMap(({ datasource, targets = [] }) => [
      ...(datasource ? [datasource.uid] : []),
      ...targets.map((target) => target.datasource.uid),
    ]);
    // Grafana's own spelling of a variable.
    expect(new Set(sources)).toEqual(new Set(['$' + '{datasource}']));
  });

  test('has panels that do not lie on one another, each with a title of its own', () => {
    const cells = grafana.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...grafana.panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
    const ids = grafana.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
