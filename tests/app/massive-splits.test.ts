/** A split that the vendor tells, on its day: what a watched share shows. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestClock } from '../../rig/clock.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import { newYorkDate } from '../../src/protocol/new-york.ts';
import { TRADING_NOON } from '../support/earlier-today.ts';
import { MASSIVE_KEY, startMassiveApp } from '../support/massive-app.ts';

/** What REST says: the snapshot has the close of before the split. */
function answer({ pathname, searchParams }: URL): object {
  if (pathname === '/v3/reference/tickers') return { results: [{ ticker: 'AAPL', name: 'Apple Inc.' }] };
  if (pathname === '/v3/reference/splits' && searchParams.get('ticker') === 'AAPL')
    return {
      results: [{ ticker: 'AAPL', execution_date: newYorkDate(TRADING_NOON), split_from: 1, split_to: 4 }],
    };
  if (pathname === '/v2/snapshot/locale/us/markets/stocks/tickers')
    return { tickers: [{ ticker: 'AAPL', prevDay: { c: 400 }, updated: TRADING_NOON * 1e6 }] };
  return {};
}

const clock = createTestClock(TRADING_NOON);
let upstream: MassiveStandIn;
let app: TestApp;
beforeAll(async () => {
  upstream = await startMassiveStandIn(MASSIVE_KEY);
  upstream.behaviour.rest = (url) => ({ body: { status: 'OK', ...answer(url) } });
  app = await startMassiveApp(upstream, { DARKPOOL_SYMBOLS: 'watched' }, clock);
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});

test('the change of a share that was split is measured in shares of after it', async () => {
  const socket = await app.connect(await app.signUp());
  const divided = next(socket, 'quote:update', (quote) => quote.previousClose === 100 && !quote.halted);
  await ask(socket, 'subscribe:watchlist', ['AAPL']);
  await divided;
  await upstream.until(() => upstream.connections.at(-1)?.topics.has('T.AAPL') === true);
  const shown = next(socket, 'quote:update', ({ price }) => price === 101);
  const trade = { ev: 'T', sym: 'AAPL', x: 11, i: '1', p: 101, s: 100, t: clock.now(), q: 1, z: 3 };
  upstream.connections.at(-1)?.send([trade]);
  expect(await shown).toMatchObject({ previousClose: 100, change: 1, changePercent: 1 });
});
