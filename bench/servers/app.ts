/** The service itself, with a market that the bench moves. */

import { serve } from '../../rig/processes/child.ts';
import { createNoOptions } from '../../rig/stand-ins/no-options.ts';
import { createReplayDiscreet } from '../../src/adapters/replay/discreet.ts';
import type { MarketSource } from '../../src/app/feeds.ts';
import { createApp } from '../../src/app/index.ts';
import { readConfig } from '../../src/config/index.ts';
import type { FeedSink, FeedStatus, MarketFeed } from '../../src/domain/market/feed.ts';
import { createPlayedHistory } from '../../src/domain/market/played-history.ts';
import { REGULAR_SALE } from '../../src/domain/market/trade-effects.ts';
import { createLogger } from '../../src/logger.ts';
import { type OptionSymbol, parseSymbol } from '../../src/protocol/symbol.ts';
import { CONTRACTS, DAY, type Pace, SYMBOLS, startUpdates } from '../support/quotes.ts';
import { cpuSeconds, longestStall, settledMemory } from '../support/usage.ts';

const EXCHANGE = 11;
const SHARES = 100;

let sink: FeedSink | null = null;
let contractSink: FeedSink | null = null;
let sequence = 0;

/** Trades only: orders fill at the last one. */
const STOCKS_STATUS: FeedStatus = { state: 'live', withoutQuotes: true };

const known = new Set(SYMBOLS);

/** What the market says of a symbol before its first trade. */
function begin(target: FeedSink, symbol: string): void {
  const receivedAt = Date.now();
  target.confirmed(symbol, true);
  target.day({ symbol, sourceTime: receivedAt, receivedAt, ...DAY, volume: 1_000, last: DAY.open });
}

const feed: MarketFeed = {
  source: 'simulated',
  origin: 'simulated',
  start(target) {
    sink = target;
    sink.status(STOCKS_STATUS);
    for (const symbol of known) begin(sink, symbol);
  },
  async stop() {
    sink = null;
  },
  setSymbols() {},
  status: () => (sink ? STOCKS_STATUS : { state: 'down' }),
};

/** Contracts at prices of which each has a volatility. */
const contractFeed: MarketFeed = {
  ...feed,
  start(target) {
    contractSink = target;
    contractSink.status({ state: 'live' });
    for (const contract of CONTRACTS) contractSink.confirmed(contract, true);
  },
  async stop() {
    contractSink = null;
  },
  status: () => ({ state: contractSink ? 'live' : 'down' }),
};

function updateContract(symbol: string, price: number, dueAt: number): void {
  // The money is at 100: what exercise brings, and a time value that moves.
  const parsed = parseSymbol(symbol) as OptionSymbol;
  const spot = 100 + SYMBOLS.indexOf(parsed.root);
  const intrinsic = Math.max(0, parsed.right === 'call' ? spot - parsed.strike : parsed.strike - spot);
  const value = intrinsic + 20 + (price % 1);
  const stamp = { symbol, sourceTime: dueAt, receivedAt: Date.now() };
  contractSink?.nbbo({ ...stamp, bid: value - 0.05, ask: value + 0.05, bidSize: 10, askSize: 10 });
  tradeOn(contractSink, symbol, value, dueAt);
}

const update = (symbol: string, price: number, dueAt: number): void => tradeOn(sink, symbol, price, dueAt);

function tradeOn(target: FeedSink | null, symbol: string, price: number, dueAt: number): void {
  sequence += 1;
  target?.trade({
    symbol,
    sourceTime: dueAt,
    receivedAt: Date.now(),
    price,
    size: SHARES,
    decimalSize: '',
    participantTime: dueAt,
    exchange: EXCHANGE,
    trf: 0,
    tradeId: String(sequence),
    sequence,
    effects: REGULAR_SALE,
  });
}

const toInstrument = (symbol: string) => ({ symbol, name: symbol });
const instruments = {
  get: async (symbol: string) => (known.has(symbol) ? toInstrument(symbol) : null),
  search: async () => [],
  knows: (symbol: string) => known.has(symbol),
};

const options = { ...createNoOptions(feed), feed: contractFeed };
const marketSource: MarketSource = {
  feed,
  instruments,
  featured: async () => SYMBOLS,
  history: createPlayedHistory,
  pastPrints: null,
  splits: { splits: async () => [] },
  discreet: createReplayDiscreet({ instruments, chains: options.chains }),
  options,
};

let stopUpdates = (): void => {};
let stopContractUpdates = (): void => {};

const methods = {
  /** Starts the service; answers with its port. A `FEED` takes the place of the market that the bench moves. */
  async start(env: Record<string, string>): Promise<number> {
    const { config, secrets } = readConfig({ PORT: '0', DEMO_ACCOUNT: 'false', ...env });
    const log = createLogger({ level: config.logLevel, terminal: false });
    const app = createApp(config, secrets, {
      log,
      ...(env.FEED === undefined && { marketSource }),
    });
    return (await app.start()).port;
  },
  updates(pace: Pace | null): void {
    stopUpdates();
    for (const symbol of pace?.names ?? []) {
      if (sink && !known.has(symbol)) begin(sink, symbol);
      known.add(symbol);
    }
    stopUpdates = pace ? startUpdates(pace, update) : () => {};
  },
  contractUpdates(pace: Pace | null): void {
    stopContractUpdates();
    stopContractUpdates = pace ? startUpdates({ ...pace, names: CONTRACTS }, updateContract) : () => {};
  },
  cpuSeconds,
  longestStall,
  settledMemory,
};
export type AppMethods = typeof methods;

serve(methods);
