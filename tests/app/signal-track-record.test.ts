import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { sendSignal } from '../../rig/clients/hooks.ts';
import { until } from '../../rig/wait.ts';
import type { QuotePayload } from '../../src/protocol/quotes.ts';
import { TRACK_RECORD_RULES, type TrackRecordPayload } from '../../src/protocol/signal-reports.ts';

let app: TestApp;
let starter: SignedIn;
let payer: SignedIn;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMITS: 'http:api=100000/10' } });
  [starter, payer] = [await app.signUp(), await app.signUp()];
  await app.hook('/hooks/tier', { eventId: randomUUID(), userId: payer.user.id, tier: 'PROFESSIONAL' });
});
afterAll(() => app.close());

async function send(action: 'buy' | 'sell' | 'close', of: object = {}): Promise<void> {
  const [id, timestamp, source] = [randomUUID(), new Date().toISOString(), 'momentum' as const];
  const body = { id, symbol: 'AAPL', action, premium: false, source, timestamp, ...of };
  expect((await sendSignal(app.url, body)).status).toBe(202);
}

async function trackRecord({ cookie }: SignedIn, query = ''): Promise<TrackRecordPayload> {
  const { status, body } = await app.request('GET', `/api/signals/track-record${query}`, { cookie });
  expect(status).toBe(200);
  return body.data as TrackRecordPayload;
}

/** Resolves once so many signals of the source count: an answer may be a second old. */
const counted = (who: SignedIn, count: number, source = 'momentum') =>
  until(async () => {
    const { sources } = await trackRecord(who);
    return sources.find((one) => one.source === source)?.signals === count;
  }, `${count} signals count`);

/** The market goes on at this price until as many trades of the source are finished. */
const finished = (symbol: string, price: number, count: number, source = 'momentum') =>
  until(async () => {
    app.market.tick(symbol, price);
    const { sources } = await trackRecord(payer);
    return sources.find((one) => one.source === source)?.finished === count;
  }, `${count} trades are finished`);

/** The market comes to this price: every replica has a quote after the last signal. */
const quoted = (symbol: string, price: number) =>
  until(async () => {
    app.market.tick(symbol, price);
    const { body } = await app.request('GET', `/api/quotes?symbols=${symbol}`, { cookie: payer.cookie });
    const quote = (body.data as readonly QuotePayload[])[0];
    // Stale until upstream has confirmed the symbol: no follower could trade at it.
    return quote?.price === price && quote.state !== 'stale';
  }, 'the market has come there');

test('a follower of the next quotes is computed from recorded prices, with the rules beside it', async () => {
  expect(await trackRecord(starter)).toEqual({ rules: [...TRACK_RECORD_RULES], sources: [] });
  await send('buy');
  await quoted('AAPL', 100);
  await counted(starter, 1);
  expect((await trackRecord(starter)).sources).toMatchObject([
    {
      source: 'momentum',
      signals: 1,
      open: 1,
      finished: 0,
      averagePercent: null,
      reason: 'NOTHING_FINISHED',
    },
  ]);
  await send('close');
  await finished('AAPL', 110, 1);
  await counted(starter, 2);
  const { sources } = await trackRecord(starter, '?source=momentum');
  // Bought at 100.01, sold at 109.99.
  expect(sources).toMatchObject([{ finished: 1, won: 1, winRate: 100, averagePercent: 9.979, open: 0 }]);
  expect(sources[0]).not.toHaveProperty('reason');
});

test('premium signals count for those who may read them, and for others not even their source is named', async () => {
  const premium = { premium: true, symbol: 'MSFT', source: 'reversal' as const };
  await send('sell', premium);
  await quoted('MSFT', 50);
  await send('close', premium);
  await finished('MSFT', 55, 1, 'reversal');
  await send('buy', { ...premium, source: 'momentum' as const });
  await counted(payer, 3);
  const [forAll, forPayers] = [await trackRecord(starter), await trackRecord(payer)];
  expect(forAll.sources.map(({ source, signals }) => [source, signals])).toEqual([['momentum', 2]]);
  expect(forPayers.sources.map(({ source, signals }) => [source, signals])).toEqual([
    ['momentum', 3],
    ['reversal', 2],
  ]);
  // Sold short at 49.99, bought back at 55.01.
  expect(forPayers.sources[1]).toMatchObject({ finished: 1, won: 0, averagePercent: -10.042 });
  expect((await trackRecord(starter, '?source=reversal')).sources).toEqual([]);
});
