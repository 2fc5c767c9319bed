import { createStore, type StoreApi } from 'zustand/vanilla';
import { TradecastError } from '../../../src/protocol/errors.ts';
import type { CandlePayload } from '../../../src/protocol/market.ts';
import type { QuotePayload } from '../../../src/protocol/quotes.ts';
import type { Api } from '../lib/api.ts';
import type { Timers } from '../lib/timers.ts';

const MINUTE_SECONDS = 60;
/** Opening a long watchlist must not look like a flood. */
const MAX_REQUESTS = 4;
/**
 * Waits before asking again: a symbol that was not watched so far has its history only a moment
 * after it is watched, an engine that changes hands within seconds.
 */
const RETRY_MS = [1_000, 5_000, 30_000] as const;

/** A minute without its volume: quotes carry the day's, so the running minute's is not known. */
export type Bar = Omit<CandlePayload, 'volume'>;

export interface Candles {
  readonly status: 'loading' | 'ready' | 'failed';
  /** Oldest first. */
  readonly bars: readonly Bar[];
}

export interface CandlesState {
  readonly bySymbol: Readonly<Record<string, Candles>>;
}

export interface CandlesStore extends StoreApi<CandlesState> {
  /** Loads a symbol's minutes of today once; `again` where there may be a hole in them. */
  load(symbol: string, again?: boolean): void;
  reload(): void;
  stop(): void;
  /** Grows the running minute, or starts the next one. */
  apply(quotes: readonly QuotePayload[]): void;
}

/** The bars after a quote; the same array where it changes nothing. */
export function withQuote(bars: readonly Bar[], quote: QuotePayload): readonly Bar[] {
  const second = Math.floor(Date.parse(quote.timestamp) / 1_000);
  if (!Number.isFinite(second)) return bars;
  const time = second - (second % MINUTE_SECONDS);
  const last = bars.at(-1);
  if (last && time < last.time) return bars;
  const { price } = quote;
  if (!last || time > last.time) {
    return [...bars, { time, open: price, high: price, low: price, close: price }];
  }
  if (last.close === price) return bars;
  const grown = { ...last, high: Math.max(last.high, price), low: Math.min(last.low, price), close: price };
  return [...bars.slice(0, -1), grown];
}

type BySymbol = CandlesState['bySymbol'];

/** The minutes of ready symbols after their quotes; the same object where they change nothing. */
function withQuotes(bySymbol: BySymbol, quotes: readonly QuotePayload[]): BySymbol {
  const changed: Record<string, Candles> = {};
  for (const quote of quotes) {
    const bars = bySymbol[quote.symbol]?.bars ?? [];
    const grown = withQuote(bars, quote);
    if (grown !== bars) changed[quote.symbol] = { status: 'ready', bars: grown };
  }
  return Object.keys(changed).length > 0 ? { ...bySymbol, ...changed } : bySymbol;
}

/**
 * Whether shares have traded since the symbol's last quote. Otherwise only bid and ask have moved, and a minute without
 * a trade has no bar.
 */
function createTradeCheck(): (quote: QuotePayload) => boolean {
  const volumes = new Map<string, number>();
  return ({ symbol, volume }) => {
    const before = volumes.get(symbol);
    volumes.set(symbol, volume);
    return volume !== before;
  };
}

export interface CandlesOptions {
  readonly api: Pick<Api, 'candles'>;
  readonly timers: Timers;
}

export function createCandlesStore({ api, timers }: CandlesOptions): CandlesStore {
  const store = createStore<CandlesState>(() => ({ bySymbol: {} }));
  const hasTraded = createTradeCheck();
  const queue: string[] = [];
  let running = 0;
  const tries = new Map<string, number>();
  const cancels = new Map<string, () => void>();

  const put = (symbol: string, candles: Candles) =>
    store.setState(({ bySymbol }) => ({ bySymbol: { ...bySymbol, [symbol]: candles } }));

  /** True where the symbol is to be shown as loading still. */
  function askAgain(symbol: string, notBeforeMs = 0): boolean {
    const tried = tries.get(symbol) ?? 0;
    const wait = RETRY_MS[tried];
    if (wait === undefined) return false;
    tries.set(symbol, tried + 1);
    cancels.set(
      symbol,
      timers.after(Math.max(wait, notBeforeMs), () => load(symbol, true)),
    );
    return tried === 0;
  }

  async function fetchOne(symbol: string) {
    try {
      const bars = await api.candles(symbol);
      if (bars.length > 0) tries.delete(symbol);
      const loading = bars.length === 0 && askAgain(symbol);
      put(symbol, { status: loading ? 'loading' : 'ready', bars });
    } catch (error) {
      const held = store.getState().bySymbol[symbol];
      put(symbol, { status: 'failed', bars: held?.bars ?? [] });
      // The server names a wait where the history is missing only for the moment.
      if (error instanceof TradecastError && error.retryAfterMs !== undefined)
        askAgain(symbol, error.retryAfterMs);
    }
  }

  function work() {
    while (running < MAX_REQUESTS && queue.length > 0) {
      running += 1;
      void fetchOne(queue.shift()!).finally(() => {
        running -= 1;
        work();
      });
    }
  }

  const load = (symbol: string, again = false) => {
    const held = store.getState().bySymbol[symbol];
    if (held && held.status !== 'failed' && !again) return;
    if (queue.includes(symbol)) return;
    if (!held) put(symbol, { status: 'loading', bars: [] });
    queue.push(symbol);
    work();
  };

  return {
    ...store,
    load,
    reload: () => {
      for (const symbol of Object.keys(store.getState().bySymbol)) load(symbol, true);
    },
    stop: () => {
      for (const cancel of cancels.values()) cancel();
    },
    apply(quotes) {
      const { bySymbol } = store.getState();
      // A quote that comes while the minutes are loading is not counted: the next one has to bring its price.
      const ready = quotes.filter(({ symbol }) => bySymbol[symbol]?.status === 'ready');
      const next = withQuotes(bySymbol, ready.filter(hasTraded));
      if (next !== bySymbol) store.setState({ bySymbol: next });
    },
  };
}
