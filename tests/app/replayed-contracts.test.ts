import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { collect, next } from '../../rig/clients/stock-client.ts';
import { silentLog } from '../../rig/log.ts';
import { leanOptionLines } from '../../rig/recordings/lean-options.ts';
import { FIXTURES } from '../../rig/recordings/places.ts';
import { writeLines } from '../../rig/recordings/write-lines.ts';
import { until } from '../../rig/wait.ts';
import { createMarketSource } from '../../src/app/feeds.ts';
import { readConfig } from '../../src/config/index.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ChainPayload, OptionPayload } from '../../src/protocol/options.ts';

const CALL = 'O:GOOG160115C00750000';
const folder = mkdtempSync(path.join(tmpdir(), 'replayed-contracts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The app with the recorded day of an underlying, again and again. */
function startReplay(underlying: 'GOOG' | 'AAPL'): Promise<TestApp> {
  const file = path.join(folder, `${underlying}.ndjson`);
  writeLines(file, leanOptionLines(FIXTURES, underlying));
  const { config, secrets } = readConfig({
    FEED: 'replay',
    REPLAY_FILE: file,
    REPLAY_SPEED: '3000',
    REPLAY_LOOP: 'true',
  });
  const parts = {
    secrets: secrets.market,
    clock: systemClock,
    hours: createMarketHours('always'),
    log: silentLog,
  };
  const marketSource = createMarketSource(config.market.feed, parts);
  return startApp({ env: { MARKET_HOURS: 'always' }, marketSource });
}

test('a recorded chain is live in the time of its recording: quotes, open interest, and greeks of the model', async () => {
  const app = await startReplay('GOOG');
  try {
    const session = await app.signUp();
    const socket = await app.connect(session);
    await ask(socket, 'subscribe:options', [CALL]);
    const update = await next(
      socket,
      'option:update',
      ({ contractId, greeksSource }) => contractId === CALL && greeksSource === 'model',
    );
    expect(update).toMatchObject({ underlying: 'GOOG', strike: 750, state: 'replay' });
    expect(update.timestamp).toMatch(/^2015-12-24T/);
    expect(update.bid).toBeLessThan(update.ask!);
    expect(update.openInterest).toBeGreaterThan(0);
    // GOOG moved by about a fifth of its price a year then.
    expect(update.impliedVolatility).toBeGreaterThan(0.1);
    expect(update.impliedVolatility).toBeLessThan(0.3);

    const { cookie } = session;
    const { body } = await app.request('GET', '/api/market/options/GOOG?expiry=2016-01-15', { cookie });
    const { contracts } = body.data as ChainPayload;
    expect(contracts).toHaveLength(26);
    expect(contracts.find(({ contractId }) => contractId === CALL)!.bid).toBeGreaterThan(0);
    const other = await app.request('GET', '/api/market/options/IBM', { cookie });
    expect(other).toMatchObject({ status: 422, body: { code: 'UNKNOWN_SYMBOL' } });
  } finally {
    await app.close();
  }
});

test('a recording of trades and open interest has no bid, no ask and no volatility, and says why', async () => {
  const app = await startReplay('AAPL');
  try {
    const session = await app.signUp();
    const { cookie } = session;
    const chainOf = async (): Promise<ChainPayload> =>
      (await app.request('GET', '/api/market/options/AAPL', { cookie })).body.data as ChainPayload;
    const { contracts } = await chainOf();
    const socket = await app.connect(session);
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    const updates = collect(socket, 'option:update');
    await ask(
      socket,
      'subscribe:options',
      contracts.slice(0, 200).map(({ contractId }) => contractId),
    );
    await until(() => updates.length >= 20, 'trades of contracts arrive');
    const live = updates.map(({ payload }) => payload as OptionPayload);
    const priced = [...live, ...(await chainOf()).contracts].filter(({ price }) => price !== undefined);
    expect(priced.length).toBeGreaterThan(0);
    for (const one of priced) {
      expect([one.bid, one.ask, one.impliedVolatility, one.delta]).toEqual(Array(4).fill(undefined));
      expect(['no-quote', 'no-underlying', 'expired']).toContain(one.noGreeks);
    }
    expect(live.some(({ noGreeks }) => noGreeks === 'no-quote')).toBe(true);
    expect(priced.some(({ openInterest }) => openInterest !== undefined)).toBe(true);
  } finally {
    await app.close();
  }
});
