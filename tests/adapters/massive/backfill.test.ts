import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createBackfill } from '../../../src/adapters/massive/backfill.ts';
import type { RawEvent } from '../../../src/adapters/massive/events.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const MINUTE_MS = 60_000;
const FRIDAY = newYorkTime('2026-06-12', 0);
const THURSDAY = newYorkTime('2026-06-11', 0);

/** The backfill of AAPL at five minutes before the end of a Friday; `bar` is what upstream has of the day before. */
async function begin() {
  const clock = createManualClock(newYorkTime('2026-06-12', 24 * 60 - 5));
  const asked: string[] = [];
  const events: RawEvent[] = [];
  const upstream = { bar: { c: 200, t: THURSDAY } };
  const backfill = createBackfill({
    rest: {
      async get(path) {
        asked.push(path);
        if (path.endsWith('/prev')) return { results: [upstream.bar] };
        return path.includes('/snapshot/') ? { tickers: [{ ticker: 'AAPL' }] } : { results: [] };
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
