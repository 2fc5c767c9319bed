/** Signals, of both streams together: apart, the counts of an open /metrics would tell of premium ones. */
import type { MetricRegistry } from './registry.ts';

const OUTCOMES = [
  ...['accepted', 'repeated', 'VALIDATION', 'INVALID_SIGNATURE', 'FORBIDDEN', 'CONFLICT', 'EXPIRED'],
  ...['UNKNOWN_SYMBOL', 'RATE_LIMITED', 'TOO_LARGE', 'UNAVAILABLE', 'INTERNAL'],
] as const;

export interface SignalMetrics {
  /** One request that sends a signal, as it was answered: `accepted`, `repeated` or the code of the refusal. */
  answered(outcome: string): void;
  /** So many connections followed the stream when a signal came. */
  eligible(readers: number): void;
  /** So many of them were told, each after this time. */
  told(ms: number, readers: number): void;
  /** So many were not told in time. */
  missed(readers: number): void;
}

export function createSignalMetrics(registry: MetricRegistry): SignalMetrics {
  const signals = registry.labelledTally(
    'tradecast_signals_total',
    'Signals sent to this replica, by outcome: accepted, repeated or the code of the refusal',
    'outcome',
  );
  const eligible = registry.tally(
    'tradecast_signal_readers_total',
    'Connections that followed a stream when a signal came, summed over the signals',
  );
  const missed = registry.tally(
    'tradecast_signal_missed_total',
    'Of these, connections that had not been told of the signal a minute later, because they had gone or hung',
  );
  const latency = registry.countedTimer(
    'tradecast_signal_delivery_seconds',
    'Connections told of a signal, by the seconds from its receipt by the service',
  );
  for (const outcome of OUTCOMES) signals.begin({ outcome });

  return {
    answered: (outcome) => signals.add({ outcome }),
    eligible: eligible.add,
    told: (ms, readers) => latency.observe(ms / 1_000, readers),
    missed: missed.add,
  };
}
