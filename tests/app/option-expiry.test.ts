import { expect, test } from '@jest/globals';
import { startApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { silentLog } from '../../rig/log.ts';
import { until } from '../../rig/wait.ts';
import { createMarketSource } from '../../src/app/feeds.ts';
import { readConfig } from '../../src/config/index.ts';
import { createMarketHours } from '../../src/domain/market/market-hours.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import type { ChainPayload, ExpirationPayload } from '../../src/protocol/options.ts';

const LATER = '2026-12-18';

/** The app with the simulated market, in a clock that a test can set. */
async function startAt(time: string) {
  let offset = Date.parse(time) - Date.now();
  const clock: Clock = { ...systemClock, now: () => Date.now() + offset };
  const { config, secrets } = readConfig({});
  const parts = {
    secrets: secrets.market,
    clock,
    hours: createMarketHours('us-equities'),
    log: silentLog,
  };
  const marketSource = createMarketSource(config.market.feed, parts);
  const app = await startApp({ clock, marketSource });
  return {
    app,
    goTo(then: string) {
      offset = Date.parse(then) - Date.now();
    },
  };
}

test.each([
  ['at four in the afternoon', '2026-11-20', '2026-11-20T20:59:00Z', '2026-11-20T21:00:00Z'],
  ['at one on a half day', '2026-11-27', '2026-11-27T17:59:00Z', '2026-11-27T18:00:00Z'],
])(
  'a contract expires %s: its readers are told, it is out of the lists, and nothing is asked of the feed for it',
  async (_when, expiry, before, close) => {
    const { app, goTo } = await startAt(before);
    try {
      const session = await app.signUp();
      const { cookie } = session;
      const read = async <T>(path: string): Promise<T> =>
        (await app.request('GET', path, { cookie })).body.data as T;
      const wanted = async (): Promise<number> => {
        const { body } = await app.request('GET', '/health/websocket');
        return (body as unknown as WebSocketHealthPayload).feeds.options.subscribed;
      };
      const nearest = await read<ChainPayload>('/api/market/options/SPY');
      expect(nearest.expiry).toBe(expiry);
      const strike = Math.round(nearest.underlying.price!);
      const symbol = nearest.contracts.find((one) => one.strike === strike)!.contractId;
      const later = (await read<ChainPayload>(`/api/market/options/SPY?expiry=${LATER}`)).contracts.find(
        (one) => one.strike === strike,
      )!.contractId;

      const socket = await app.connect(session);
      await ask(socket, 'subscribe:options', [symbol, later]);
      await next(socket, 'option:update', (one) => one.contractId === symbol && one.state === 'simulated');
      await until(async () => (await wanted()) === 2, 'both are wanted');

      goTo(close);
      const last = await next(socket, 'option:update', (one) => one.noGreeks === 'expired');
      expect(last).toMatchObject({ contractId: symbol, state: 'closed' });
      expect(Object.keys(last)).not.toContain('delta');
      await until(async () => (await wanted()) === 1, 'the feed is asked for the other one alone');
      await next(socket, 'option:update', (one) => one.contractId === later && one.state === 'simulated');

      const listed = await read<ExpirationPayload[]>('/api/market/options/SPY/expirations');
      expect(listed.map((one) => one.expiry)).not.toContain(expiry);
      const chain = await app.request('GET', `/api/market/options/SPY?expiry=${expiry}`, { cookie });
      expect(chain).toMatchObject({ status: 400, body: { code: 'VALIDATION' } });
      expect(await ask(socket, 'subscribe:options', [symbol])).toMatchObject({ code: 'UNKNOWN_SYMBOL' });
    } finally {
      await app.close();
    }
  },
);
