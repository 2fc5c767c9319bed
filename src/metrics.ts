/** Everything /metrics tells, in one place; docs/operations.md lists the same names. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { lastOf, tally } from './lib/tally.ts';
import { CONNECT_CODES } from './protocol/errors.ts';
import type { FeedHealth, ReplicaState } from './protocol/health-payloads.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

type BusCount = 'late' | 'malformed' | 'version' | 'failed' | 'resubscribed' | 'relayed' | 'relayFailed';

/** What other parts count for themselves; totals are since the start. */
export interface Counts {
  readonly connections: number;
  readonly users: number;
  /** Over all replicas; null where nobody knows. */
  readonly uniqueUsers: number | null;
  readonly ticks: number;
  readonly dropped: number;
  /** Null before the first tick and wherever this replica is not the engine. */
  readonly lastTickAgeMs: number | null;
  /** Null wherever this replica is not the engine. */
  readonly feedState: FeedHealth['state'] | null;
  /** Quote messages this replica dropped, by reason. */
  readonly quoteDrops: Readonly<Record<string, number>>;
  readonly isEngine: boolean;
  /** The state of each replica that this one has heard of. */
  readonly replicas: readonly ReplicaState[];
  readonly oldestHeartbeatMs: number;
  /** Of the replica whose clock is furthest from ours, whichever way. */
  readonly clockOffsetMs: number;
  readonly redis: 'off' | 'ok' | 'down';
  readonly busLagMs: number | null;
  readonly busCounters: Readonly<Record<BusCount, number>>;
  readonly databaseAnswers: boolean;
  readonly isHalted: boolean;
}

const REPLICA_STATES: readonly ReplicaState[] = ['ok', 'silent', 'draining'];
const FEED_STATES: readonly FeedHealth['state'][] = [
  'connecting',
  'live',
  'delayed',
  'silent',
  'down',
  'refused',
  'ended',
];
const CLOSE_REASONS = ['client', 'drain', 'revoked', 'slow_consumer', 'flood'];
const ORDER_OUTCOMES = ['accepted', 'denied', 'repeated', 'failed'];
const REDIS_STATES = { ok: 1, down: 0, off: -1 } as const;

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own for each app, so that two apps in one process do not share numbers. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'tradecast_' });

  const metrics = {
    buildInfo: new Gauge({
      name: 'tradecast_build_info',
      help: '1, with the version that runs as its label',
      labelNames: ['version'],
      registers,
    }),
    connections: new Gauge({ name: 'tradecast_connections', help: 'Open sockets', registers }),
    users: new Gauge({ name: 'tradecast_users', help: 'Users with an open socket', registers }),
    uniqueUsers: new Gauge({
      name: 'tradecast_unique_users',
      help: 'Users with an open socket on any replica, each once; -1 where nobody knows',
      registers,
    }),
    connectionsRefused: new Counter({
      name: 'tradecast_connections_refused_total',
      help: 'Handshakes refused, by code',
      labelNames: ['code'],
      registers,
    }),
    connectionsClosed: new Counter({
      name: 'tradecast_connections_closed_total',
      help: 'Sockets closed, by reason',
      labelNames: ['reason'],
      registers,
    }),
    messagesIn: new Counter({
      name: 'tradecast_messages_in_total',
      help: 'Events received from clients, by event and outcome code',
      labelNames: ['event', 'outcome'],
      registers,
    }),
    messagesOut: new Counter({
      name: 'tradecast_messages_out_total',
      help: 'Events sent to clients, by event',
      labelNames: ['event'],
      registers,
    }),
    quotesConflated: new Counter({
      name: 'tradecast_quotes_conflated_total',
      help: 'Quotes replaced by a newer one before a slow socket took them',
      registers,
    }),
    quotesDropped: new Counter({
      name: 'tradecast_quotes_dropped_total',
      help: 'Quote messages dropped by a replica, by reason',
      labelNames: ['reason'],
      registers,
    }),
    queueBytes: new Gauge({
      name: 'tradecast_socket_queue_bytes',
      help: 'Bytes waiting in this process for sockets that do not read',
      registers,
    }),
    journalGaps: new Counter({
      name: 'tradecast_journal_gaps_total',
      help: 'Holes in a user stream that were filled from the database',
      registers,
    }),
    feedTicks: new Counter({
      name: 'tradecast_feed_ticks_total',
      help: 'Ticks taken from the feed',
      registers,
    }),
    feedDropped: new Counter({
      name: 'tradecast_feed_dropped_total',
      help: 'Malformed frames and implausible ticks dropped',
      registers,
    }),
    feedAge: new Gauge({
      name: 'tradecast_feed_age_seconds',
      help: 'Since the last tick from the feed; -1 before the first',
      registers,
    }),
    orders: new Counter({
      name: 'tradecast_orders_total',
      help: 'Orders asked for, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    hooks: new Counter({
      name: 'tradecast_hooks_total',
      help: 'Signed hooks answered, by route and status',
      labelNames: ['route', 'status'],
      registers,
    }),
    orderLatency: new Histogram({
      name: 'tradecast_order_seconds',
      help: 'From the request to the commit of an order',
      buckets: SECONDS,
      registers,
    }),
    databaseLatency: new Histogram({
      name: 'tradecast_database_seconds',
      help: 'One database statement',
      buckets: SECONDS,
      registers,
    }),
    httpLatency: new Histogram({
      name: 'tradecast_http_seconds',
      help: 'One HTTP request, by route and status',
      labelNames: ['route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    replicas: new Gauge({
      name: 'tradecast_replicas',
      help: 'Replicas that this one has heard of, by state',
      labelNames: ['state'],
      registers,
    }),
    oldestHeartbeat: new Gauge({
      name: 'tradecast_heartbeat_oldest_seconds',
      help: 'Age of the last heartbeat of the replica that was heard longest ago',
      registers,
    }),
    clockOffset: new Gauge({
      name: 'tradecast_clock_offset_seconds',
      help: 'How far the clock of another replica is from ours, either way, the furthest; 0 while none is known',
      registers,
    }),
    leaseHeld: new Gauge({
      name: 'tradecast_lease_held',
      help: '1 while this replica holds the engine lease, else 0',
      registers,
    }),
    feedState: new Gauge({
      name: 'tradecast_feed_state',
      help: '1 for the state the feed is in, on the engine; 0 for all others',
      labelNames: ['state'],
      registers,
    }),
    redisUp: new Gauge({
      name: 'tradecast_redis_up',
      help: '1 while the bus reaches the other replicas, 0 while it does not, -1 without Redis',
      registers,
    }),
    databaseUp: new Gauge({
      name: 'tradecast_database_up',
      help: '1 while the database answers within a second, else 0',
      registers,
    }),
    tradingHalted: new Gauge({
      name: 'tradecast_trading_halted',
      help: '1 while trading is halted for everyone, else 0',
      registers,
    }),
    busLag: new Gauge({
      name: 'tradecast_bus_lag_seconds',
      help: 'From sending a heartbeat to hearing it; -1 while none is heard',
      registers,
    }),
    busDropped: new Counter({
      name: 'tradecast_bus_dropped_total',
      help: 'Bus messages dropped on arrival, by reason',
      labelNames: ['reason'],
      registers,
    }),
    busFailed: new Counter({
      name: 'tradecast_bus_failed_total',
      help: 'Bus messages that could not be sent',
      registers,
    }),
    busResubscribed: new Counter({
      name: 'tradecast_bus_resubscribed_total',
      help: 'Subscriptions to Redis that were begun again',
      registers,
    }),
    busRelayed: new Counter({
      name: 'tradecast_bus_relayed_total',
      help: 'Bus messages sent through the database while Redis was away',
      registers,
    }),
    busRelayFailed: new Counter({
      name: 'tradecast_bus_relay_failed_total',
      help: 'Bus messages that the database could not relay',
      registers,
    }),
    stalls: new Counter({
      name: 'tradecast_stalls_total',
      help: 'Times this process stood still for more than two seconds',
      registers,
    }),
    flushLatency: new Histogram({
      name: 'tradecast_flush_seconds',
      help: 'One tick of the state lane',
      buckets: SECONDS,
      registers,
    }),
  };

  // A series that begins with its first event hides that event from `increase()`.
  for (const reason of CLOSE_REASONS) metrics.connectionsClosed.inc({ reason }, 0);
  for (const code of CONNECT_CODES) metrics.connectionsRefused.inc({ code }, 0);
  for (const outcome of ORDER_OUTCOMES) metrics.orders.inc({ outcome }, 0);

  const messagesIn = tally(metrics.messagesIn, 'event');
  const messagesOut = tally(metrics.messagesOut, 'event');
  const closed = tally(metrics.connectionsClosed, 'reason');
  const conflated = tally(metrics.quotesConflated);
  const gaps = tally(metrics.journalGaps);
  const orders = tally(metrics.orders);
  const hooks = tally(metrics.hooks);
  const stalls = tally(metrics.stalls);
  const queuedBytes = lastOf(metrics.queueBytes);

  return {
    ...metrics,
    /** Passes on an order that is being placed; its outcome is `accepted`, `denied`, `repeated` or `failed`. */
    countOrder<T extends { order: { status: string }; duplicate: boolean }>(placing: Promise<T>): Promise<T> {
      const end = metrics.orderLatency.startTimer();
      const count = (outcome: string): void => {
        end();
        metrics.orders.inc({ outcome });
      };
      placing.then(
        ({ order, duplicate }) =>
          count(duplicate ? 'repeated' : order.status === 'denied' ? 'denied' : 'accepted'),
        () => count('failed'),
      );
      return placing;
    },
    observeRequest({ route, status, seconds }: { route: string; status: number; seconds: number }): void {
      metrics.httpLatency.observe({ route, status }, seconds);
      if (route.startsWith('/hooks')) metrics.hooks.inc({ route, status });
    },
    /** What the heartbeat tells of them. */
    totals: () => ({
      in: messagesIn(),
      out: messagesOut() - messagesOut('quote:update'),
      quotes: messagesOut('quote:update'),
      conflated: conflated(),
      slowConsumers: closed('slow_consumer'),
      events: messagesOut('trade:executed') + messagesOut('trade:failed') + messagesOut('order:update'),
      heads: messagesOut('journal:head'),
      orders: orders(),
      hooks: hooks(),
    }),
    recoveries: () => ({ journalGaps: gaps(), stalls: stalls() }),
    queuedBytes,
    /** Prometheus text, with the counts of this moment. */
    text(counts: Counts): Promise<string> {
      metrics.connections.set(counts.connections);
      metrics.users.set(counts.users);
      metrics.uniqueUsers.set(counts.uniqueUsers ?? -1);
      metrics.feedAge.set(counts.lastTickAgeMs === null ? -1 : counts.lastTickAgeMs / 1_000);
      for (const state of FEED_STATES) metrics.feedState.set({ state }, state === counts.feedState ? 1 : 0);
      setTotal(metrics.feedTicks, counts.ticks);
      setTotal(metrics.feedDropped, counts.dropped);
      metrics.quotesDropped.reset();
      for (const [reason, count] of Object.entries(counts.quoteDrops))
        metrics.quotesDropped.inc({ reason }, count);
      for (const state of REPLICA_STATES)
        metrics.replicas.set({ state }, counts.replicas.filter((one) => one === state).length);
      metrics.oldestHeartbeat.set(counts.oldestHeartbeatMs / 1_000);
      metrics.clockOffset.set(counts.clockOffsetMs / 1_000);
      metrics.leaseHeld.set(counts.isEngine ? 1 : 0);
      metrics.redisUp.set(REDIS_STATES[counts.redis]);
      metrics.databaseUp.set(counts.databaseAnswers ? 1 : 0);
      metrics.tradingHalted.set(counts.isHalted ? 1 : 0);
      metrics.busLag.set(counts.busLagMs === null ? -1 : counts.busLagMs / 1_000);
      const { late, malformed, version, ...bus } = counts.busCounters;
      metrics.busDropped.reset();
      for (const [reason, count] of Object.entries({ late, malformed, version }))
        metrics.busDropped.inc({ reason }, count);
      setTotal(metrics.busFailed, bus.failed);
      setTotal(metrics.busResubscribed, bus.resubscribed);
      setTotal(metrics.busRelayed, bus.relayed);
      setTotal(metrics.busRelayFailed, bus.relayFailed);
      return registry.metrics();
    },
  };
}

/** For what another part counts. */
function setTotal(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}
