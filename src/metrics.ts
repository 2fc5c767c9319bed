/** Everything /metrics tells, in one place; docs/operations.md lists the same names. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What other parts count for themselves; totals are since the start. */
export interface Counts {
  readonly connections: number;
  readonly users: number;
  readonly ticks: number;
  readonly dropped: number;
  readonly lastTickAgeMs: number | null;
  /** Quote messages this replica dropped, by reason. */
  readonly quoteDrops: Readonly<Record<string, number>>;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own for each app, so that two apps in one process do not share numbers. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'tradecast_' });

  const metrics = {
    connections: new Gauge({ name: 'tradecast_connections', help: 'Open sockets', registers }),
    users: new Gauge({ name: 'tradecast_users', help: 'Users with an open socket', registers }),
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
    flushLatency: new Histogram({
      name: 'tradecast_flush_seconds',
      help: 'One tick of the state lane',
      buckets: SECONDS,
      registers,
    }),
  };

  return {
    ...metrics,
    /** Prometheus text, with the counts of this moment. */
    text({ connections, users, ticks, dropped, lastTickAgeMs, quoteDrops }: Counts): Promise<string> {
      metrics.connections.set(connections);
      metrics.users.set(users);
      metrics.feedAge.set(lastTickAgeMs === null ? -1 : lastTickAgeMs / 1_000);
      metrics.feedTicks.reset();
      metrics.feedTicks.inc(ticks);
      metrics.feedDropped.reset();
      metrics.feedDropped.inc(dropped);
      metrics.quotesDropped.reset();
      for (const [reason, count] of Object.entries(quoteDrops)) metrics.quotesDropped.inc({ reason }, count);
      return registry.metrics();
    },
  };
}
