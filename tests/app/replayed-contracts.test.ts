import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { startApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { silentLog } from '../../rig/log.ts';
import { leanOptionLines } from '../../rig/recordings/lean-options.ts';
import { FIXTURES } from '../../rig/recordings/places.ts';
import { writeLines } from '../../rig/recordings/write-lines.ts';
import { createMarketSource } from '../../src/app/feeds.ts';
import { readConfig } from '../../src/config/index.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { ChainPayload } from '../../src/protocol/options.ts';

const CALL = 'O:GOOG160115C00750000';
const folder = mkdtempSync(path.join(tmpdir(), 'replayed-contracts-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a recorded chain is live in the time of its recording: quotes, open interest, and greeks of the model', async () => {
  const file = path.join(folder, 'goog.ndjson');
  writeLines(file, leanOptionLines(FIXTURES, 'GOOG'));
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
  const app = await startApp({ env: { MARKET_HOURS: 'always' }, marketSource });
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
