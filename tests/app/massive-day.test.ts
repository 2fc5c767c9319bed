/** The vendor's snapshot keeps the numbers of a day until the next one begins, and says that it has just been updated. */
import { afterEach, expect, test } from '@jest/globals';
import type { TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { newYorkTime } from '../../src/protocol/new-york.ts';
import { MASSIVE_KEY, startMassiveApp } from '../support/massive-app.ts';

const NS = 1e6;

let upstream: MassiveStandIn;
let app: TestApp;
afterEach(async () => {
  await app.close();
  await upstream.close();
});

/** A moment as "2026-12-05 03:45" in New York. */
function at(moment: string): number {
  const [date = '', clock = ''] = moment.split(' ');
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return newYorkTime(date, hours * 60 + minutes);
}

/** The app at `now`, where the snapshot has numbers whose last trade was at `traded`. */
async function start(now: string, traded: string) {
  const clock = createTestClock(at(now));
  const tradedAt = at(traded);
  upstream = await startMassiveStandIn(MASSIVE_KEY);
  upstream.behaviour.rest = ({ pathname }) => {
    const ok = (fields: object) => ({ body: { status: 'OK', ...fields } });
    if (pathname === '/v3/reference/tickers')
      return ok({ results: [{ ticker: 'AAPL', name: 'Apple Inc.' }] });
    if (!pathname.startsWith('/v2/snapshot/')) return ok({});
    const numbers = { o: 190, h: 205, l: 108, c: 111, v: 5_000 };
    const ticker = {
      ticker: 'AAPL',
      updated: clock.now() * NS,
      day: numbers,
      prevDay: { ...numbers, c: 200 },
      min: { t: tradedAt },
      lastTrade: { p: 111, s: 1, c: null, t: tradedAt * NS },
    };
    return ok(pathname.endsWith('/AAPL') ? { ticker } : { tickers: [ticker] });
  };
  app = await startMassiveApp(upstream, { DARKPOOL_SYMBOLS: 'watched' }, clock);
  const session = await app.signUp();
  const asked = await app.request('GET', '/api/market/quote/AAPL', { cookie: session.cookie });
  const socket = await app.connect(session);
  const quoted = next(socket, 'quote:update', ({ price }) => price === 111);
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  return { asked: asked.body.data, pushed: await quoted };
}

test.each([
  ['2026-12-05 00:05', '2026-12-04 19:59'],
  ['2026-12-05 12:00', '2026-12-04 19:59'],
  ['2026-12-06 12:00', '2026-12-04 19:59'],
  ['2026-12-07 03:00', '2026-12-04 19:59'],
  ['2026-12-07 03:45', '2026-12-04 19:59'],
  ['2026-12-07 04:00', '2026-12-04 19:59'],
  ['2026-12-07 09:30', '2026-12-04 15:59'],
  ['2026-12-25 11:00', '2026-12-24 16:59'],
  ['2027-03-14 03:30', '2027-03-12 19:59'],
  ['2027-11-07 01:30', '2027-11-05 19:59'],
])('at %s a snapshot of %s says nothing of today: asked for and pushed', async (now, traded) => {
  const shown = { price: 111, previousClose: 111, change: 0, changePercent: 0, volume: 0 };
  const { asked, pushed } = await start(now, traded);
  expect(asked).toMatchObject(shown);
  expect(pushed).toMatchObject(shown);
  expect([pushed.open, pushed.high, pushed.low]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['2026-12-04 23:59', '2026-12-04 19:59'],
  ['2026-12-07 04:01', '2026-12-07 04:00'],
  ['2026-12-24 18:00', '2026-12-24 16:59'],
  ['2027-03-15 04:05', '2027-03-15 04:05'],
])('at %s a snapshot of %s is of today', async (now, traded) => {
  const shown = {
    price: 111,
    previousClose: 200,
    change: -89,
    volume: 5_000,
    open: 190,
    high: 205,
    low: 108,
  };
  const { asked, pushed } = await start(now, traded);
  expect(asked).toMatchObject(shown);
  expect(pushed).toMatchObject(shown);
});
