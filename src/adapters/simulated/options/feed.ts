import type { FeedSink, FeedStatus, MarketFeed } from '../../../domain/market/feed.ts';
import type { Clock } from '../../../lib/clock.ts';
import { createScope } from '../../../lib/scope.ts';
import { createLetGo } from '../tape.ts';
import { type ContractStream, openContractStream } from './contract-stream.ts';
import { contractOf } from './contracts.ts';
import type { UnderlyingDays } from './underlying-day.ts';

export interface SimulatedOptionFeedOptions {
  readonly clock: Clock;
  /** Looks at each contract this often a second; it ticks where its quote has changed. */
  readonly updatesPerSecond: number;
  readonly seed: number;
  readonly days: UnderlyingDays;
}

const MIN_TICK_MS = 50;
const MAX_TICK_MS = 1_000;

/** Contracts of the simulated market: their prices follow that of the underlying in the same moment. */
export function createSimulatedOptionFeed(options: SimulatedOptionFeedOptions): MarketFeed {
  const { clock, updatesPerSecond, seed, days } = options;
  const intervalMs = Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, Math.floor(1_000 / updatesPerSecond)));
  const streams = new Map<string, ContractStream>();
  const letGo = createLetGo();
  const running = createScope();
  let wanted: ReadonlySet<string> = new Set();
  let sink: FeedSink | null = null;

  const status = (): FeedStatus => ({ state: sink ? 'live' : 'down' });

  const close = (symbol: string): void => {
    streams.delete(symbol);
    letGo.at(symbol, clock.now());
    sink?.confirmed(symbol, false);
  };
  const follow = (target: FeedSink): void => {
    for (const symbol of streams.keys()) if (!wanted.has(symbol)) close(symbol);
    for (const symbol of wanted) {
      if (streams.has(symbol)) continue;
      const now = clock.now();
      const contract = contractOf(symbol, now);
      if (!contract) continue;
      const knownUntil = letGo.knownUntil(symbol, now);
      streams.set(symbol, openContractStream({ contract, seed, days, sink: target, knownUntil }, now));
    }
  };
  const tick = (): void => {
    const now = clock.now();
    for (const [symbol, stream] of streams) if (!stream.advance(now)) close(symbol);
  };

  return {
    source: 'simulated',
    origin: 'simulated',
    start(target) {
      sink = target;
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
