/** The service itself, with a market that the bench moves. */

import { serve } from '../../rig/processes/child.ts';
import { createNoOptions } from '../../rig/stand-ins/no-options.ts';
import { createApp } from '../../src/app/index.ts';
import { readConfig } from '../../src/config/index.ts';
import type { FeedSink, MarketFeed } from '../../src/domain/market/feed.ts';
import { createPlayedHistory } from '../../src/domain/market/played-history.ts';
import { REGULAR_SALE } from '../../src/domain/market/trade-effects.ts';
import { createLogger } from '../../src/logger.ts';
import { DAY, type Pace, SYMBOLS, startUpdates } from '../support/quotes.ts';
import { cpuSeconds, settledMemory } from '../support/usage.ts';

const EXCHANGE = 11;
const SHARES = 100;

let sink: FeedSink | null = null;
let sequence = 0;

const feed: MarketFeed = {
  source: 'simulated',
  origin: 'simulated',
  start(target) {
    sink = target;
    sink.status({ state: 'live' });
    const receivedAt = Date.now();
    for (const symbol of SYMBOLS) {
      sink.confirmed(symbol, true);
      sink.day({ symbol, sourceTime: receivedAt, receivedAt, ...DAY, volume: 1_000, last: DAY.open });
    }
  },
  async stop() {
    sink = null;
  },
  setSymbols() {},
  status: () => ({ state: sink ? 'live' : 'down' }),
};

function update(symbol: string, price: number, dueAt: number): void {
  sequence += 1;
  sink?.trade({
    symbol,
    sourceTime: dueAt,
    receivedAt: Date.now(),
    price,
    size: SHARES,
    exchange: EXCHANGE,
    trf: 0,
    tradeId: String(sequence),
    sequence,
    effects: REGULAR_SALE,
  });
}

const known = new Set(SYMBOLS);
const toInstrument = (symbol: string) => ({ symbol, name: symbol });
const instruments = {
  get: async (symbol: string) => (known.has(symbol) ? toInstrument(symbol) : null),
  search: async () => [],
  knows: (symbol: string) => known.has(symbol),
};

let stopUpdates = (): void => {};

const methods = {
  /** Starts the service; answers with its port. */
  async start(env: Record<string, string>): Promise<number> {
    const { config, secrets } = readConfig({ PORT: '0', DEMO_ACCOUNT: 'false', ...env });
    const log = createLogger({ level: config.logLevel, terminal: false });
    const app = createApp(config, secrets, {
      log,
      marketSource: {
        feed,
        instruments,
        featured: async () => SYMBOLS,
        history: createPlayedHistory,
        options: createNoOptions(feed),
      },
    });
    return (await app.start()).port;
  },
  updates(pace: Pace | null): void {
    stopUpdates();
    stopUpdates = pace ? startUpdates(pace, update) : () => {};
  },
  cpuSeconds,
  settledMemory,
};
export type AppMethods = typeof methods;

serve(methods);
