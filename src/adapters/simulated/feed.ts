import type { FeedScope, FeedSink, FeedStatus, MarketFeed } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import type { SplitScript } from './splits.ts';
import { openSymbolStream, type SymbolStream } from './symbol-stream.ts';
import { createLetGo } from './tape.ts';
import { type SimulatedInstrument, UNIVERSE } from './universe.ts';

export interface SimulatedFeedOptions {
  readonly clock: Clock;
  /** Updates (an NBBO and a trade at it) per symbol and second. */
  readonly updatesPerSecond: number;
  /** The same seed gives the same ticks at the same times. */
  readonly seed: number;
  /** None by default. */
  readonly splits?: SplitScript | undefined;
}

/** Timers are no finer than this; a faster pace delivers several updates at once. */
const MIN_TICK_MS = 10;
const MAX_TICK_MS = 1_000;

/** The ticks of one symbol, and whom they are for. */
interface OpenStream extends SymbolStream {
  /** False where only the scope asks for it. */
  readonly isWanted: boolean;
}

/** A market that moves without a key: everything in it is invented, and every quote says so. */
export function createSimulatedFeed(feedOptions: SimulatedFeedOptions): MarketFeed {
  const { clock, updatesPerSecond, seed, splits } = feedOptions;
  const intervalMs = Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, Math.floor(1_000 / (2 * updatesPerSecond))));
  const streams = new Map<string, OpenStream>();
  const letGo = createLetGo();
  const running = createScope();
  let wanted: ReadonlySet<string> = new Set();
  let scope: FeedScope | null = null;
  let sink: FeedSink | null = null;
  let tickedAt = 0;

  const status = (): FeedStatus => ({ state: sink ? 'live' : 'down' });

  const open = (instrument: SimulatedInstrument, isWanted: boolean, target: FeedSink): void => {
    const now = clock.now();
    const { symbol } = instrument;
    const besides = besideOf(target, () => scope?.quoted.has(symbol) ?? false);
    const knownUntil = letGo.knownUntil(symbol, now);
    const options = {
      instrument,
      seed,
      splits,
      updatesPerSecond,
      sink: isWanted ? target : besides,
      knownUntil,
    };
    streams.set(symbol, { ...openSymbolStream(options, now), isWanted });
  };
  const close = (symbol: string, { isWanted }: OpenStream, target: FeedSink): void => {
    streams.delete(symbol);
    letGo.at(symbol, clock.now());
    if (isWanted) target.confirmed(symbol, false);
  };
  const follow = (target: FeedSink): void => {
    for (const instrument of UNIVERSE) {
      const { symbol } = instrument;
      const stream = streams.get(symbol);
      const isWanted = wanted.has(symbol);
      const isFollowed = isWanted || scope !== null;
      if (stream && !(isFollowed && stream.isWanted === isWanted)) close(symbol, stream, target);
      if (isFollowed && !streams.has(symbol)) open(instrument, isWanted, target);
    }
  };

  const tick = (): void => {
    const now = clock.now();
    // After a stall of the process, or a clock set back, the market goes on from here: no burst and no standstill.
    const elapsed = Math.max(0, Math.min(now - tickedAt, MAX_TICK_MS));
    tickedAt = now;
    for (const stream of streams.values()) stream.advance(elapsed, now);
  };

  return {
    source: 'simulated',
    origin: 'simulated',
    start(target) {
      sink = target;
      tickedAt = clock.now();
      target.status(status());
      follow(target);
      running.add(clock.every(intervalMs, tick));
    },
    async stop() {
      running.end();
      sink = null;
      streams.clear();
    },
    setSymbols(symbols) {
      wanted = new Set(symbols);
      if (sink) follow(sink);
    },
    setScope(next) {
      scope = next;
      if (sink) follow(sink);
    },
    status,
  };
}

/** The sink of a symbol that nobody wants: its trades, and its quotes where the scope names it. */
const besideOf = ({ tape, ...sink }: FeedSink, isQuoted: () => boolean): FeedSink => ({
  ...sink,
  trade: (tick) => tape?.trade(tick),
  nbbo: (tick) => isQuoted() && tape?.nbbo(tick),
  day() {},
  candles() {},
  confirmed() {},
});
