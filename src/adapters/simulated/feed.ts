import type { FeedSink, FeedStatus, MarketFeed } from '../../domain/market/feed.ts';
import type { Clock } from '../../lib/clock.ts';
import { createScope } from '../../lib/scope.ts';
import { openSymbolStream, type SymbolStream } from './symbol-stream.ts';
import { createLetGo } from './tape.ts';
import { UNIVERSE } from './universe.ts';

export interface SimulatedFeedOptions {
  readonly clock: Clock;
  /** Updates (an NBBO and a trade at it) per symbol and second. */
  readonly updatesPerSecond: number;
  /** The same seed gives the same ticks at the same times. */
  readonly seed: number;
}

/** Timers are no finer than this; a faster pace delivers several updates at once. */
const MIN_TICK_MS = 10;
const MAX_TICK_MS = 1_000;

const instruments = new Map(UNIVERSE.map((instrument) => [instrument.symbol, instrument]));

/** A market that moves without a key: everything in it is invented, and every quote says so. */
export function createSimulatedFeed({ clock, updatesPerSecond, seed }: SimulatedFeedOptions): MarketFeed {
  const intervalMs = Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, Math.floor(1_000 / (2 * updatesPerSecond))));
  const streams = new Map<string, SymbolStream>();
  const letGo = createLetGo();
  const running = createScope();
  let wanted: ReadonlySet<string> = new Set();
  let sink: FeedSink | null = null;
  let tickedAt = 0;

  const status = (): FeedStatus => ({ state: sink ? 'live' : 'down' });

  const follow = (target: FeedSink): void => {
    for (const symbol of wanted) {
      const instrument = instruments.get(symbol);
      if (!instrument || streams.has(symbol)) continue;
      const now = clock.now();
      const knownUntil = letGo.knownUntil(symbol, now);
      const options = { instrument, seed, updatesPerSecond, sink: target, knownUntil };
      streams.set(symbol, openSymbolStream(options, now));
    }
    for (const symbol of streams.keys()) {
      if (wanted.has(symbol)) continue;
      streams.delete(symbol);
      letGo.at(symbol, clock.now());
      target.confirmed(symbol, false);
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
    status,
  };
}
