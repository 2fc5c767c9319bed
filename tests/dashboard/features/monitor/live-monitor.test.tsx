/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { roundTop, shapeOf } from '../../../../dashboard/src/features/monitor/chart-shape.ts';
import { LiveMonitor } from '../../../../dashboard/src/features/monitor/live-monitor.tsx';
import { bytes, milliseconds, rate, sentenceOf } from '../../../../dashboard/src/features/monitor/words.ts';
import { WebSocketProvider } from '../../../../dashboard/src/hooks/websocket-context.tsx';
import { MONITOR_INTERVAL_MS } from '../../../../dashboard/src/stores/monitor.ts';
import {
  INCIDENT_KINDS,
  type IncidentPayload,
  type MonitorPayload,
} from '../../../../src/protocol/health-payloads.ts';
import { deskOn, type TestDesk } from '../../support/desk.ts';
import { type Double, refuse, startDouble } from '../../support/double.ts';
import { MONITOR, replicaOf } from '../../support/monitor.ts';
import { completeBrowser } from '../../support/screen.tsx';

let server: Double;
let own: TestDesk;
let answer: () => unknown;

/** The page on time that the test moves. */
async function open(monitor: Partial<MonitorPayload> = {}) {
  completeBrowser();
  server = await startDouble();
  answer = () => ({ ...MONITOR, ...monitor });
  server.routes['GET /api/monitor'] = () => answer();
  own = deskOn(server.url);
  render(
    <WebSocketProvider desk={own.desk}>
      <LiveMonitor />
    </WebSocketProvider>,
  );
}
afterEach(async () => {
  cleanup();
  setVisible(true);
  own.desk.stop();
  await server.close();
});

const asked = () => server.requests('GET', '/api/monitor').length;
/** Lets the next question be asked and answered. */
async function nextAnswer() {
  const before = asked();
  own.timers.advance(MONITOR_INTERVAL_MS);
  await waitFor(() => expect(asked()).toBe(before + 1));
}
function setVisible(visible: boolean) {
  Object.defineProperty(document, 'visibilityState', {
    value: visible ? 'visible' : 'hidden',
    configurable: true,
  });
  document.dispatchEvent(new Event('visibilitychange'));
}
const figure = async (label: string) =>
  (await screen.findByText(label, { selector: 'dt' })).nextElementSibling?.textContent;

describe('what the page says', () => {
  test('all replicas together in figures, and which one answered when', async () => {
    await open();
    expect(await figure('Connections')).toBe('1,284');
    expect(await figure('Users')).toBe('977');
    expect(await figure('Engine')).toMatch(/^a1since .*, number 7$/);
    expect(await figure('Feed')).toBe('Livesimulated, last tick under 1 s agoOptions: live, 240 contracts');
    expect(await figure('Feed to socket')).toBe('4.2 msp95 11 ms, p99 24 ms');
    expect(await figure('Orders, hooks a second')).toBe('1.5 · 0');
    expect(screen.getByText('Healthy')).toBeTruthy();
    expect(screen.getByText('Updated 0 s ago by b2')).toBeTruthy();
    expect(screen.getByRole('status').textContent).toBe('');
  });

  test('what is unknown is a dash, and a lower bound is called one', async () => {
    await open({
      latency: null,
      rates: null,
      lease: null,
      uniqueUsersExact: false,
      feed: {
        source: 'massive',
        state: 'down',
        lastTickAgeMs: null,
        leader: null,
        detail: 'nobody is the engine',
      },
    });
    expect(await figure('Feed to socket')).toBe('–');
    expect(await figure('Quotes a second')).toBe('–delivered');
    expect(await figure('Engine')).toBe('None');
    expect(await figure('Users')).toBe('977at least, Redis is down');
    expect(await figure('Feed')).toBe(
      'Downmassive, no tick yetnobody is the engineOptions: live, 240 contracts',
    );
  });

  test('each replica has a row with its state, its role and what it dropped, in words', async () => {
    await open();
    const table = await screen.findByRole('table', { name: 'Replicas' });
    const cells = (name: RegExp) =>
      within(within(table).getByRole('row', { name }))
        .getAllByRole('cell')
        .map((cell) => cell.textContent);
    expect(cells(/^a1/).slice(0, 4)).toEqual(['RunningEngine', 'under 1 s ago', '2 h', '700']);
    expect(cells(/^b2/)[0]).toBe('Running');
    expect(cells(/^b2/).slice(-4, -2)).toEqual(['53 late2 of quotes', '1journal gap']);
    expect(cells(/^c3/)).toEqual([
      'Silent',
      '12 s ago',
      '2 h',
      '20',
      '20',
      '–',
      '–',
      '–',
      '–',
      '0 B',
      '0',
      '0',
      'Down',
      'does not answer',
    ]);
    expect(within(table).getAllByRole('columnheader')).toHaveLength(15);
    expect(within(table).getByRole('rowheader', { name: /^b2/ }).textContent).toBe('b20.1.0, answers here');
  });

  test('words of a newer replica are shown as they are', async () => {
    const unknown = 'warming_up' as never;
    await open({
      status: 'half_open' as never,
      redis: unknown,
      feed: { ...MONITOR.feed, state: unknown },
      replicas: [replicaOf('a1', { state: unknown, redis: unknown })],
    });
    expect(await figure('Redis')).toBe('Warming up');
    expect(screen.getByText('Half open')).toBeTruthy();
    expect(await figure('Feed')).toMatch(/^Warming up/);
    expect(screen.getByRole('row', { name: /^a1/ }).textContent).toContain('Warming up');
  });

  test('what is wrong is said in sentences, and announced', async () => {
    await open({ status: 'degraded', problems: ['replica-c3 is silent.', 'Redis is away.'] });
    expect(await screen.findByText('Degraded')).toBeTruthy();
    expect(screen.getByRole('status').textContent).toBe('replica-c3 is silent.Redis is away.');
  });

  test('the hour is a picture with the same in words; holes stay holes', async () => {
    await open();
    const picture = await screen.findByRole('img');
    expect(picture.getAttribute('aria-label')).toEqual(
      expect.stringMatching(
        /^Connections over the last 50 s: 1,284 at \d{1,2}:\d{2}.*, between 1,190 and 1,284\.$/,
      ),
    );
    expect(picture.querySelectorAll('polyline')).toHaveLength(2);
    expect(screen.getByText(/^1,284 at .+, between 1,190 and 1,284; first sample at/)).toBeTruthy();
  });

  test('recent events are a list, newest first, and an empty one says so', async () => {
    await open();
    const list = within(await screen.findByRole('region', { name: 'Recent events, scrollable' }));
    const items = list.getAllByRole('listitem').map(({ textContent }) => textContent);
    expect(items).toEqual([
      expect.stringMatching(/b2 dropped 3 bus messages: late, since/),
      expect.stringMatching(/a1 is the engine now: number 7$/),
    ]);
    cleanup();
    await server.close();
    await open({ incidents: [], history: { from: MONITOR.history.from, everyMs: 10_000, connections: [] } });
    expect(await screen.findByText('No events')).toBeTruthy();
    expect(screen.getByText(/no samples yet\. The first one/)).toBeTruthy();
  });

  test('is accessible', async () => {
    await open();
    await screen.findByRole('table');
    const { violations } = await axe.run(document.body, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

describe('asking', () => {
  test('every two seconds while the window is seen, and not while it is hidden', async () => {
    await open();
    await screen.findByText('Healthy');
    await nextAnswer();
    setVisible(false);
    own.timers.advance(10 * MONITOR_INTERVAL_MS);
    const before = asked();
    setVisible(true);
    await waitFor(() => expect(asked()).toBe(before + 1));
    expect(before).toBe(2);
  });

  test('one question at a time, however long the answer takes', async () => {
    await open();
    await screen.findByText('Healthy');
    const held = Promise.withResolvers<object>();
    answer = () => held.promise;
    await nextAnswer();
    own.timers.advance(MONITOR_INTERVAL_MS);
    expect(asked()).toBe(2);
    held.resolve({ ...MONITOR, connections: 7 });
    await waitFor(async () => expect(await figure('Connections')).toBe('7'));
  });

  test('without an answer the last values stay, greyed and with their age, until there is one', async () => {
    await open();
    await screen.findByText('Healthy');
    answer = () => refuse(503, 'UNAVAILABLE', 'The database is away.');
    await nextAnswer();
    await screen.findByText('The database is away.');
    expect(screen.getByText('Values are 2 s old, from b2').className).toContain('text-warn');
    expect(await figure('Connections')).toBe('1,284');
    expect(document.querySelector('.not-live')?.textContent).toContain('1,284');
    expect(screen.getByText('Last seen: Healthy')).toBeTruthy();
    answer = () => MONITOR;
    await nextAnswer();
    await waitFor(() => expect(screen.queryByText('The database is away.')).toBeNull());
    expect(screen.getByText('Updated 0 s ago by b2')).toBeTruthy();
  });

  test('before any answer the page says so and can ask at once', async () => {
    const broken = jest.fn(() => refuse(503, 'UNAVAILABLE', 'The service is starting.'));
    await open();
    answer = broken;
    cleanup();
    render(
      <WebSocketProvider desk={own.desk}>
        <LiveMonitor />
      </WebSocketProvider>,
    );
    const again = await screen.findByRole('button', { name: 'Try now' });
    expect(screen.getByRole('status').textContent).toBe('The service is starting.');
    answer = () => MONITOR;
    again.click();
    expect(await figure('Connections')).toBe('1,284');
  });

  test('an account that is no administrator’s is told so, and asks no more', async () => {
    await open();
    await screen.findByText('Healthy');
    answer = () => refuse(403, 'FORBIDDEN', 'This page is for administrators.');
    await nextAnswer();
    expect(await screen.findByText('This page is for administrators')).toBeTruthy();
    const before = asked();
    own.timers.advance(5 * MONITOR_INTERVAL_MS);
    expect(asked()).toBe(before);
  });
});

describe('words and shapes', () => {
  test('numbers keep what matters of them', () => {
    expect([rate(0.04), rate(9.96), rate(1234.5), rate(null)]).toEqual(['0', '10', '1,235', '–']);
    expect([milliseconds(0.4), milliseconds(123.4), milliseconds(undefined)]).toEqual([
      '0.4 ms',
      '123 ms',
      '–',
    ]);
    expect([bytes(512), bytes(2_048), bytes(5_500_000), bytes(null)]).toEqual([
      '512 B',
      '2 KB',
      '5.2 MB',
      '–',
    ]);
  });

  test('every kind of incident has its words, and one that only a newer replica has is named in a sentence', () => {
    const told = (kind: string, count = 1) => sentenceOf({ kind, count } as unknown as IncidentPayload);
    for (const kind of INCIDENT_KINDS) expect(told(kind)).toMatch(/^[a-z][a-zA-Z ]+/);
    expect(new Set(INCIDENT_KINDS.map((kind) => told(kind))).size).toBe(INCIDENT_KINDS.length);
    expect([told('stalled'), told('stalled', 3)]).toEqual(['stalled', 'stalled 3 times']);
    expect([told('slow-consumers'), told('slow-consumers', 2)]).toEqual([
      'closed 1 connection that did not read',
      'closed 2 connections that did not read',
    ]);
    expect([told('clock-skewed'), told('clock-skewed', 3)]).toEqual([
      'reported an event that this page does not know: “Clock skewed”',
      'reported an event that this page does not know: “Clock skewed” 3 times',
    ]);
    expect(told('constructor')).toContain('does not know');
  });

  test('the scale ends at a round number, and an hour is as wide as the picture', () => {
    expect([0, 1, 5, 6, 11, 14, 25, 1_284, 5_000, 11_939].map(roundTop)).toEqual([
      4, 4, 6, 6, 12, 16, 30, 1_600, 5_000, 12_000,
    ]);
    const connections = Array.from({ length: 361 }, () => 4);
    const shape = shapeOf({ from: '2026-11-20T14:00:00.000Z', everyMs: 10_000, connections });
    expect([shape?.lines[0]?.[0], shape?.lines[0]?.at(-1)]).toEqual([
      { x: 0, y: 1 },
      { x: 1, y: 1 },
    ]);
    const holes = shapeOf({
      from: '2026-11-20T14:00:00.000Z',
      everyMs: 10_000,
      connections: [null, 3, null, null, 8],
    });
    expect(holes?.lines.map((line) => line.length)).toEqual([1, 1]);
    expect(holes).toMatchObject({ lowest: 3, highest: 8, newest: 8, top: 8 });
    expect(shapeOf({ from: '2026-11-20T14:00:00.000Z', everyMs: 10_000, connections: [null] })).toBeNull();
  });

  test('a replica of the fixtures is one of the wire', () => {
    expect(Object.keys(replicaOf('x')).sort()).toEqual(Object.keys(MONITOR.replicas[0]!).sort());
  });
});
