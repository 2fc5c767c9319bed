import type { FeedSink, FeedStatus, MarketFeed } from '../../domain/market/feed.ts';
import { REGULAR_SALE } from '../../domain/market/trade-effects.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import { createSymbolMarket, type SymbolMarket } from './symbol-market.ts';
import { type SimulatedInstrument, UNIVERSE } from './universe.ts';

export interface SimulatedFeedOptions {
  readonly clock: Clock;
  /** Updates (an NBBO and a trade at it) per symbol and second. */
  readonly updatesPerSecond: number;
  /** The same seed gives the same ticks at the same times. */
  readonly seed: number;
}

/** Finer than this, timers cannot be trusted; a faster pace delivers several updates at once. */
const MIN_TICK_MS = 10;
const MAX_TICK_MS = 1_000;

interface RunningSymbol {
  readonly symbol: string;
  readonly market: SymbolMarket;
  /** Updates owed so far, whole and in parts. */
  due: number;
  /** Begins at the time of subscription, so that it goes on rising when the symbol comes back. */
  sequence: number;
}

const instruments = new Map(UNIVERSE.map((instrument) => [instrument.symbol, instrument]));

/** A market that moves without a key: everything in it is invented, and every quote says so. */
export function createSimulatedFeed({ clock, updatesPerSecond, seed }: SimulatedFeedOptions): MarketFeed {
  const intervalMs = Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, Math.floor(1_000 / (2 * updatesPerSecond))));
  const running = new Map<string, RunningSymbol>();
  let wanted: ReadonlySet<string> = new Set();
  let sink: FeedSink | null = null;
  let status: FeedStatus = { state: 'down' };
  let cancel: Cancel = () => {};
  let tickedAt = 0;

  /** The symbol's day so far, as a snapshot of it; then its ticks follow. */
  const open = (instrument: SimulatedInstrument, target: FeedSink): void => {
    const now = clock.now();
    const { symbol } = instrument;
    const market = createSymbolMarket(instrument, seed, now);
    const state: RunningSymbol = { symbol, market, due: 0, sequence: now };
    running.set(symbol, state);
    const path = market.today(now);
    const candles = path.candlesUntil(now);
    target.candles(symbol, candles);
    target.day({
      symbol,
      sourceTime: now,
      receivedAt: now,
      previousClose: path.previousClose,
      open: candles[0]?.open,
      high: candles.length === 0 ? undefined : Math.max(...candles.map(({ high }) => high)),
      low: candles.length === 0 ? undefined : Math.min(...candles.map(({ low }) => low)),
      volume: candles.reduce((sum, { volume }) => sum + volume, 0),
      last: candles.at(-1)?.close,
      bid: undefined,
      ask: undefined,
    });
    target.confirmed(symbol, true);
    deliver(state, target, now);
  };

  const deliver = (state: RunningSymbol, target: FeedSink, now: number): void => {
    const { symbol } = state;
    const { bid, ask, bidSize, askSize, price, size } = state.market.update(now, 1_000 / updatesPerSecond);
    state.sequence += 1;
    target.nbbo({ symbol, sourceTime: now, receivedAt: now, bid, bidSize, ask, askSize });
    target.trade({
      symbol,
      sourceTime: now,
      receivedAt: now,
      price,
      size,
      exchange: 0,
      trf: 0,
      tradeId: '',
      sequence: state.sequence,
      effects: REGULAR_SALE,
    });
  };

  const follow = (target: FeedSink): void => {
    for (const symbol of wanted) {
      const instrument = instruments.get(symbol);
      if (instrument && !running.has(symbol)) open(instrument, target);
    }
    for (const symbol of running.keys()) {
      if (wanted.has(symbol)) continue;
      running.delete(symbol);
      target.confirmed(symbol, false);
    }
  };

  const tick = (): void => {
    if (!sink) return;
    const now = clock.now();
    // After a pause of the process, or a clock set back, the market goes on from here: no burst, no standstill.
    const elapsed = Math.max(0, Math.min(now - tickedAt, MAX_TICK_MS));
    tickedAt = now;
    for (const state of running.values()) {
      state.due += (elapsed * updatesPerSecond) / 1_000;
      for (; state.due >= 1; state.due -= 1) deliver(state, sink, now);
    }
  };

  return {
    source: 'simulated',
    origin: 'simulated',
    start(target) {
      sink = target;
      tickedAt = clock.now();
      status = { state: 'live' };
      target.status(status);
      follow(target);
      cancel = clock.every(intervalMs, tick);
    },
    async stop() {
      cancel();
      sink = null;
      running.clear();
      status = { state: 'down' };
    },
    setSymbols(symbols) {
      wanted = new Set(symbols);
      if (sink) follow(sink);
    },
    status: () => status,
  };
}
