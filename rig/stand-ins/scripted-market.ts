import type { MarketSource } from '../../src/app/feeds.ts';
import { createInstrumentList } from '../../src/domain/instrument/search.ts';
import type { LastQuote } from '../../src/domain/market/discreet.ts';
import type { DayTick, FeedSink, FeedStatus, MarketFeed, TradeTick } from '../../src/domain/market/feed.ts';
import { createPlayedHistory } from '../../src/domain/market/played-history.ts';
import type { Split } from '../../src/domain/market/splits.ts';
import { REGULAR_SALE } from '../../src/domain/market/trade-effects.ts';
import type { ContractSnapshot } from '../../src/domain/options/chains.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { isContract } from '../../src/protocol/symbol.ts';

/** A feed that delivers when the test says so. */
export interface ScriptedFeed {
  readonly feed: MarketFeed;
  /** A trade at `price` and a quote around it: bid a cent below, ask a cent above. */
  tick(symbol: string, price: number, options?: { bid?: number; ask?: number; size?: number }): void;
  /** Bid and ask alone; a missing one is none. */
  nbbo(symbol: string, sides: { bid?: number; ask?: number; size?: number }): void;
  /** Trading in the symbol is halted, or goes on. */
  halt(symbol: string, halted: boolean): void;
  /** A trade alone, on an exchange. */
  trade(symbol: string, price: number, trade?: Partial<TradeTick>): void;
  /** An off-exchange print. The same `sequence` again is the same print. */
  print(symbol: string, price: number, size: number, options?: Partial<TradeTick>): void;
  /** Yesterday's close, as in a snapshot. */
  previousClose(symbol: string, price: number, day?: Partial<DayTick>): void;
  status(status: FeedStatus): void;
  /** How often the service has opened the feed. */
  starts(): number;
  /** Symbols the service asks upstream for. */
  wanted(): ReadonlySet<string>;
}

export interface ScriptedMarket extends MarketSource, ScriptedFeed {
  /** The feed of contracts. */
  readonly contracts: ScriptedFeed;
  /** The best bid and ask that a discreet question finds from now on, made when it is asked. */
  quoted(symbol: string, quote: Omit<LastQuote, 'time'>): void;
  /** The source tells this split from now on. */
  split(split: Split): void;
  /** What the source of chains says from now on. */
  list(contracts: readonly ContractSnapshot[]): void;
}

const KNOWN = ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'SPY', 'QQQ', 'AMZN', 'JPM', 'IBM', 'BAC'];

/**
 * A market that moves when the test says so. Knows the symbols given, ten well-known ones by default; `now` stamps its
 * ticks.
 */
export function createScriptedMarket(
  symbols: readonly string[] = KNOWN,
  now: () => number = Date.now,
): ScriptedMarket {
  const stocks = createScriptedFeed(now);
  const contracts = createScriptedFeed(now);
  let listed: readonly ContractSnapshot[] = [];
  const splits: Split[] = [];
  const quotes = new Map<string, Omit<LastQuote, 'time'>>();
  const instruments = createInstrumentList(symbols.map((symbol) => ({ symbol, name: `${symbol} Inc.` })));
  const fresh = { delayed: false, stale: false };

  return {
    ...stocks,
    instruments,
    featured: async () => symbols.slice(0, 8),
    history: createPlayedHistory,
    pastPrints: null,
    splits: { splits: async (symbol) => splits.filter((split) => split.symbol === symbol) },
    split: (split) => void splits.push(split),
    discreet: {
      async exists(symbol) {
        if (!isContract(symbol)) return (await instruments.get(symbol)) !== null;
        if (listed.length > 0) return listed.some((one) => one.symbol === symbol);
        throw new TradecastError('NOT_IN_PLAN', 'Nobody has said which contracts there are.');
      },
      async lastQuote(symbol) {
        const quote = quotes.get(symbol);
        return quote && { ...quote, time: now() };
      },
    },
    quoted: (symbol, quote) => quotes.set(symbol, quote),
    contracts,
    options: {
      feed: contracts.feed,
      history: createPlayedHistory,
      chains: {
        async expirations(underlying) {
          const dates = listed.filter((one) => one.underlying === underlying).map(({ expiry }) => expiry);
          return [...new Set(dates)].sort().map((expiry) => ({
            expiry,
            contracts: dates.filter((date) => date === expiry).length,
          }));
        },
        chain: async ({ underlying, expiry }) => ({
          ...fresh,
          contracts: listed.filter((one) => one.underlying === underlying && one.expiry === expiry),
          underlyingPrice: undefined,
          partial: false,
        }),
        contract: async (symbol) => listed.find((one) => one.symbol === symbol) ?? null,
        // Of an underlying without a list it cannot say.
        async lookUp(contracts) {
          const known = new Set(listed.map(({ underlying }) => underlying));
          const symbols = new Map(listed.map((one) => [one.symbol, one]));
          const missing = contracts.filter((one) => known.has(one.underlying) && !symbols.has(one.symbol));
          return {
            listed: contracts.flatMap(({ symbol }) => symbols.get(symbol) ?? []),
            unlisted: new Set(missing.map(({ symbol }) => symbol)),
          };
        },
      },
    },
    list(snapshots) {
      listed = snapshots;
    },
  };
}

function createScriptedFeed(now: () => number): ScriptedFeed {
  let sink: FeedSink | null = null;
  let wanted: ReadonlySet<string> = new Set();
  let current: FeedStatus = { state: 'live' };
  let sequence = 0;
  let starts = 0;
  const stamp = (symbol: string) => ({ symbol, sourceTime: now(), receivedAt: now() });

  return {
    feed: {
      source: 'simulated',
      origin: 'simulated',
      start(target) {
        sink = target;
        starts += 1;
        // A place that was lost is free when the feed asks again.
        if (current.lost) current = { state: 'live' };
        sink.status(current);
        for (const symbol of wanted) sink.confirmed(symbol, true);
      },
      async stop() {
        sink = null;
      },
      setSymbols(next) {
        for (const symbol of next) if (!wanted.has(symbol)) sink?.confirmed(symbol, true);
        wanted = new Set(next);
      },
      status: () => current,
    },
    tick(symbol, price, { bid = price - 0.01, ask = price + 0.01, size = 100_000 } = {}) {
      sequence += 1;
      const at = stamp(symbol);
      sink?.nbbo({ ...at, bid, ask, bidSize: size, askSize: size });
      sink?.trade(
        tradeOf({ ...at, price, size: 100, sequence, exchange: 11, trf: 0, tradeId: String(sequence) }),
      );
    },
    nbbo(symbol, { bid, ask, size = 100_000 }) {
      sink?.nbbo({ ...stamp(symbol), bid, ask, bidSize: bid && size, askSize: ask && size });
    },
    halt(symbol, halted) {
      sink?.halt({ ...stamp(symbol), halted });
    },
    trade(symbol, price, options = {}) {
      sequence += 1;
      const lit = { price, size: 100, sequence, exchange: 11, trf: 0, tradeId: String(sequence) };
      sink?.trade(tradeOf({ ...stamp(symbol), ...lit, ...options }));
    },
    print(symbol, price, size, options = {}) {
      sequence += 1;
      const print = { price, size, sequence, exchange: 4, trf: 201, tradeId: '' };
      sink?.trade(tradeOf({ ...stamp(symbol), ...print, ...options }));
    },
    previousClose(symbol, price, day = {}) {
      sink?.day({
        ...stamp(symbol),
        previousClose: price,
        open: undefined,
        high: undefined,
        low: undefined,
        volume: undefined,
        last: undefined,
        bid: undefined,
        ask: undefined,
        ...day,
      });
    },
    status(status) {
      // A feed that lost its place has it again when it is started anew.
      current = status.lost ? { state: 'live' } : status;
      sink?.status(status);
    },
    starts: () => starts,
    wanted: () => wanted,
  };
}

const tradeOf = (
  trade: Omit<TradeTick, 'decimalSize' | 'participantTime' | 'effects'> & Partial<TradeTick>,
): TradeTick => ({ decimalSize: '', participantTime: trade.sourceTime, effects: REGULAR_SALE, ...trade });
