import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createBackfill } from '../../../src/adapters/massive/backfill.ts';
import type { RawEvent } from '../../../src/adapters/massive/events.ts';
import { NOT_ENTITLED } from '../../../src/adapters/massive/refusals.ts';
import { RestError } from '../../../src/adapters/massive/rest.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const MINUTE_MS = 60_000;
const FRIDAY = newYorkTime('2026-06-12', 0);
const THURSDAY = newYorkTime('2026-06-11', 0);

interface Upstream {
  bar: { c: number; t: number };
  prevDay: { c: number } | undefined;
  refuses: boolean;
}

/** The backfill of AAPL at five minutes before the end of a Friday; `bar` is what upstream has of the day before. */
async function begin(change: (upstream: Upstream) => void = () => {}) {
  const clock = createManualClock(newYorkTime('2026-06-12', 24 * 60 - 5));
  const asked: string[] = [];
  const events: RawEvent[] = [];
  const upstream: Upstream = { bar: { c: 200, t: THURSDAY }, prevDay: { c: 200 }, refuses: false };
  change(upstream);
  const backfill = createBackfill({
    rest: {
      async get(path) {
        asked.push(path);
        if (path.endsWith('/prev')) return { results: [upstream.bar] };
        if (!path.includes('/snapshot/')) return { results: [] };
        if (upstream.refuses) throw new RestError(NOT_ENTITLED, 'not in your plan');
        const { prevDay } = upstream;
        return {
          tickers: [{ ticker: 'AAPL', day: { c: 210 }, prevDay, min: { t: FRIDAY + 19 * 60 * MINUTE_MS } }],
        };
      },
    },
    clock,
    log: silentLog,
    onEvent: (event) => void events.push(event),
    onCandles: () => {},
    flowing: () => ['AAPL'],
  });
  backfill.add('AAPL');
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute++) {
      clock.advance(MINUTE_MS);
      for (let turn = 0; turn < 3; turn++) await nextTurn();
    }
  };
  const count = (part: string): number => asked.filter((path) => path.includes(part)).length;
  const closes = () => events.filter(({ ev }) => ev === 'previousClose');
  return { clock, backfill, upstream, pass, count, closes };
}

test('the numbers of the day are asked for each minute', async () => {
  const { backfill, pass, count } = await begin();
  await pass(3);
  // One as the symbol began, and three refreshes.
  expect(count('/snapshot/')).toBe(4);
  expect(count('/prev')).toBe(0);
  backfill.stop();
  await pass(2);
  expect(count('/snapshot/')).toBe(4);
});

test('the previous close is asked for as a day begins, until upstream has that of the day before', async () => {
  const { clock, backfill, upstream, pass, count, closes } = await begin();
  await pass(6);
  expect(count('/prev')).toBe(1);
  // Upstream still has Thursday's bar, as it were Saturday's previous one.
  expect(closes()).toEqual([]);
  upstream.bar = { c: 111.5, t: FRIDAY };
  await pass(58);
  expect(count('/prev')).toBe(1);
  await pass(2);
  expect(closes()).toEqual([{ ev: 'previousClose', sym: 'AAPL', c: 111.5, t: expect.any(Number) }]);
  expect(closes()[0]?.t).toBeLessThanOrEqual(clock.now());
  await pass(120);
  expect(count('/prev')).toBe(2);
  backfill.stop();
});

test.each<[string, (upstream: Upstream) => void]>([
  ['is not in the plan', (upstream) => Object.assign(upstream, { refuses: true })],
  ['has no previous day', (upstream) => Object.assign(upstream, { prevDay: undefined })],
  ['has a zero there', (upstream) => Object.assign(upstream, { prevDay: { c: 0 } })],
])('the previous close is asked for where the snapshot %s', async (_what, change) => {
  const { backfill, pass, count, closes } = await begin(change);
  await pass(1);
  expect(count('/prev')).toBe(1);
  expect(closes()).toMatchObject([{ sym: 'AAPL', c: 200 }]);
  await pass(2);
  expect(count('/prev')).toBe(1);
  backfill.stop();
});
