import type { BusLink } from '../domain/bus/link.ts';
import type { Refusals } from '../domain/bus/refusals.ts';
import type { EngineLease } from '../domain/engine/lease.ts';
import type { Market } from '../domain/market/market.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import type { ReplicaStatus } from '../domain/monitor/replica-status.ts';
import type { Replicas } from '../domain/monitor/replicas.ts';
import type { Executor } from '../domain/trading/execution/executor.ts';
import type { SplitKeeper } from '../domain/trading/split-keeper.ts';
import type { Pulse } from '../lib/pulse.ts';
import { readCluster } from '../metrics/cluster.ts';
import { readDatabase } from '../metrics/database.ts';
import { readMarket, readOptions, readSubscribed } from '../metrics/market.ts';
import { readBuild } from '../metrics/process.ts';
import { readRealtime } from '../metrics/realtime.ts';
import { readTrading } from '../metrics/trading.ts';
import type { Realtime } from '../realtime/server.ts';
import type { Core } from './core.ts';

export interface TelemetryParts {
  readonly market: Pick<Market, 'health' | 'counters' | 'subscribed'>;
  readonly optionFeed: {
    readonly market: Pick<Market, 'health' | 'counters' | 'subscribed'>;
    readonly board: Pick<QuoteBoard, 'drops'>;
  };
  readonly lease: Pick<EngineLease, 'current' | 'engine' | 'onChange'>;
  readonly executor: Pick<Executor, 'state'>;
  readonly splitKeeper: Pick<SplitKeeper, 'unknown'>;
  readonly board: Pick<QuoteBoard, 'drops'>;
  /** Built after this. */
  readonly realtime: () => Pick<Realtime, 'connections' | 'users' | 'latency'>;
  readonly replicas: Pick<Replicas, 'all' | 'onHeartbeat'>;
  readonly link: BusLink;
  readonly refusals: Pick<Refusals, 'counters'>;
  readonly redis: () => 'off' | 'ok' | 'down';
  /** Users with a connection to any replica; null where only each replica's own are known. */
  readonly uniqueUsers: () => number | null;
  readonly database: Pick<Pulse, 'state'>;
  /** For everyone, as of the last second the database answered. */
  readonly isHalted: () => boolean;
}

/** What the heartbeat reports of this replica: each call reads its parts anew. */
export function statusOf(core: Core, parts: TelemetryParts): () => ReplicaStatus {
  const { replica, version, startedAt, metrics, clock } = core;
  const { market, optionFeed, lease, board, link, refusals } = parts;
  let leaseSince: number | null = null;
  lease.onChange((number) => {
    leaseSince = number === null ? null : clock.now();
  });

  return () => {
    const realtime = parts.realtime();
    const held = lease.current();
    const { failed, malformed, late, version: newer, resubscribed } = link.counters;
    return {
      replica,
      version,
      startedAt,
      at: clock.now(),
      draining: core.isDraining(),
      connections: realtime.connections(),
      users: realtime.users(),
      lease: held,
      leaseSince: held === null ? null : leaseSince,
      executor: parts.executor.state(),
      feed: held === null ? null : { ...market.health(), leader: replica },
      optionFeed: held === null ? null : { ...optionFeed.market.health(), leader: replica },
      stockSymbols: held === null ? 0 : market.subscribed(),
      optionContracts: held === null ? 0 : optionFeed.market.subscribed(),
      sharesWithoutSplits: held === null ? 0 : parts.splitKeeper.unknown(),
      redis: parts.redis(),
      database: parts.database.state(),
      busLagMs: link.lagMs(),
      drops: {
        ...{ late, malformed, version: newer, failed },
        refused: Object.values(refusals.counters).reduce((sum, count) => sum + count, 0),
        quotes: dropped(board) + dropped(optionFeed.board),
      },
      recoveries: {
        journalGaps: metrics.realtime.journalGaps(),
        stalls: metrics.stalls.sum(),
        resubscribed,
      },
      totals: {
        ...metrics.realtime.totals(),
        orders: metrics.trading.orders(),
        hooks: metrics.http.hooks(),
      },
      latency: realtime.latency.percentiles(),
      queueBytes: metrics.realtime.queueBytes(),
    };
  };
}

const dropped = ({ drops }: Pick<QuoteBoard, 'drops'>): number => drops.lease + drops.late;

/** What /metrics reads of the parts, besides what they count themselves. */
export function registerReadings({ metrics, version }: Core, parts: TelemetryParts): void {
  const { market, optionFeed, lease, board, link } = parts;
  const { registry } = metrics;
  const isEngine = (): boolean => lease.current() !== null;
  const largest = (values: readonly number[]): number => Math.max(0, ...values);

  readBuild(registry, version);
  readRealtime(registry, {
    connections: () => parts.realtime().connections(),
    users: () => parts.realtime().users(),
    uniqueUsers: () => parts.uniqueUsers() ?? (link.state() === 'off' ? parts.realtime().users() : null),
  });
  readMarket(registry, {
    ticks: () => market.counters.ticks,
    dropped: () => market.counters.dropped,
    quoteDrops: () => ({ ...board.drops }),
    // A former engine still has the age of its last tick, which is no fault.
    lastTickAgeMs: () => (isEngine() ? market.health().lastTickAgeMs : null),
    feedState: () => (isEngine() ? market.health().state : null),
  });
  readOptions(registry, {
    ticks: () => optionFeed.market.counters.ticks,
    dropped: () => optionFeed.market.counters.dropped,
    quoteDrops: () => ({ ...optionFeed.board.drops }),
    lastTickAgeMs: () => (isEngine() ? optionFeed.market.health().lastTickAgeMs : null),
    feedState: () => (isEngine() ? optionFeed.market.health().state : null),
  });
  readSubscribed(registry, () => ({
    stocks: isEngine() ? market.subscribed() : 0,
    options: isEngine() ? optionFeed.market.subscribed() : 0,
  }));
  readTrading(registry, { isHalted: parts.isHalted });
  readDatabase(registry, { answers: () => parts.database.state() === 'ok' });
  readCluster(registry, {
    replicas: () => parts.replicas.all().map(({ state }) => state),
    oldestHeartbeatMs: () => largest(parts.replicas.all().map(({ ageMs }) => ageMs)),
    clockOffsetMs: () =>
      largest(parts.replicas.all().map(({ clockOffsetMs }) => Math.abs(clockOffsetMs ?? 0))),
    isEngine,
    redis: parts.redis,
    busLagMs: link.lagMs,
    bus: () => ({ ...link.counters, refused: parts.refusals.counters }),
  });
}
