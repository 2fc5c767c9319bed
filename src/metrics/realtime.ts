import { CONNECT_CODES, type ConnectCode, type ErrorCode } from '../protocol/errors.ts';
import { JOURNAL_EVENTS, type ServerEvent } from '../protocol/events.ts';
import type { MetricRegistry } from './registry.ts';

/** Why a connection ended, as a label. */
export const CLOSE_REASONS = [
  'client',
  'drain',
  'revoked',
  'replaced',
  'slow_consumer',
  'flood',
  'resubscribe',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** Quotes of stocks and of contracts: far more than all other events together. */
const QUOTE_EVENTS: readonly ServerEvent[] = ['quote:update', 'option:update'];
/** Their number tells of premium ones; the report of deliveries counts them for those who may know. */
const SIGNAL_EVENTS: readonly ServerEvent[] = ['signal:new', 'signal:updated'];

/** What the realtime side counts as it works. */
export interface RealtimeMetrics {
  handshakeRefused(code: ConnectCode): void;
  connectionClosed(reason: CloseReason): void;
  /** `event` is a name of the protocol or `unknown`: the label stays bounded. */
  messageReceived(event: string, outcome: ErrorCode | 'ok'): void;
  messageSent(event: string, count?: number): void;
  quoteConflated(): void;
  /** A hole in the stream of a user was filled from the database. */
  journalGapFilled(): void;
  /** A hole in a stream of signals was filled from the database. */
  signalGapFilled(): void;
  /** So many more plain connections to this path, or fewer. */
  plainConnections(path: string, change: number): void;
  /** Bytes that wait in this process for slow readers, all together. */
  queued(bytes: number): void;
  /** Measures one tick of the state lane; returns what ends the measurement. */
  startFlush(): () => void;
}

export interface RealtimeSums extends RealtimeMetrics {
  /** Since the start, for the heartbeat. */
  totals(): RealtimeTotals;
  journalGaps(): number;
  /** Bytes last reported as queued. */
  queueBytes(): number;
}

export interface RealtimeTotals {
  readonly in: number;
  /** Without quotes. */
  readonly out: number;
  readonly quotes: number;
  readonly conflated: number;
  readonly slowConsumers: number;
  readonly events: number;
  readonly heads: number;
}

export interface RealtimeReadings {
  connections(): number;
  users(): number;
  /** Over all replicas; null while it is unknown. */
  uniqueUsers(): number | null;
}

export function createRealtimeMetrics(registry: MetricRegistry): RealtimeSums {
  const refused = registry.labelledTally(
    'tradecast_connections_refused_total',
    'Handshakes refused, by code',
    'code',
  );
  const closed = registry.labelledTally(
    'tradecast_connections_closed_total',
    'Sockets closed, by reason',
    'reason',
  );
  const received = registry.labelledTally(
    'tradecast_messages_in_total',
    'Events received from clients, by event and outcome code',
    'event',
    'outcome',
  );
  const sent = registry.labelledTally(
    'tradecast_messages_out_total',
    'Events sent to clients, by event',
    'event',
  );
  const conflated = registry.tally(
    'tradecast_quotes_conflated_total',
    'Quotes of stocks and contracts replaced by a newer one before a slow reader received them',
  );
  let queueBytes = 0;
  registry.gauge(
    'tradecast_socket_queue_bytes',
    'Bytes waiting in this process for slow readers',
    () => queueBytes,
  );
  const plain = new Map<string, number>();
  registry.labelledGauge('tradecast_plain_connections', 'Open plain WebSockets, by path', 'path', () =>
    Object.fromEntries(plain),
  );
  const gaps = registry.tally(
    'tradecast_journal_gaps_total',
    'Gaps in a user stream that were filled from the database',
  );
  const signalGaps = registry.tally(
    'tradecast_signal_gaps_total',
    'Gaps in a stream of signals that were filled from the database',
  );
  const flush = registry.timer('tradecast_flush_seconds', 'Duration of one tick of the state lane');
  const sumOf = (events: readonly string[]): number =>
    events.reduce((sum, event) => sum + sent.sum(event), 0);
  for (const code of CONNECT_CODES) refused.begin({ code });
  for (const reason of CLOSE_REASONS) closed.begin({ reason });

  return {
    handshakeRefused: (code) => refused.add({ code }),
    connectionClosed: (reason) => closed.add({ reason }),
    messageReceived: (event, outcome) => received.add({ event, outcome }),
    messageSent: (event, count) => sent.add({ event }, count),
    quoteConflated: () => conflated.add(),
    journalGapFilled: () => gaps.add(),
    signalGapFilled: () => signalGaps.add(),
    plainConnections: (path, change) => void plain.set(path, (plain.get(path) ?? 0) + change),
    queued(bytes) {
      queueBytes = bytes;
    },
    startFlush: flush.start,
    totals() {
      const quotes = sumOf(QUOTE_EVENTS);
      const signals = sumOf(SIGNAL_EVENTS);
      return {
        in: received.sum(),
        out: sent.sum() - quotes - signals,
        quotes,
        conflated: conflated.sum(),
        slowConsumers: closed.sum('slow_consumer'),
        events: sumOf(JOURNAL_EVENTS),
        heads: sent.sum('journal:head'),
      };
    },
    journalGaps: gaps.sum,
    queueBytes: () => queueBytes,
  };
}

export function readRealtime(registry: MetricRegistry, read: RealtimeReadings): void {
  registry.gauge('tradecast_connections', 'Open sockets', read.connections);
  registry.gauge('tradecast_users', 'Users with an open socket', read.users);
  registry.gauge(
    'tradecast_unique_users',
    'Users with an open socket on any replica, each once; -1 while it is unknown',
    read.uniqueUsers,
  );
}
