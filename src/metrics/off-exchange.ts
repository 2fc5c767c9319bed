import type { MetricRegistry } from './registry.ts';

export interface OffExchangeReadings {
  /** Since the start, by what became of them. */
  counters(): object;
  gaps(): number;
  /** Milliseconds. */
  unsavedMs(): number;
}

/** The engine's sums of off-exchange prints. */
export function readOffExchange(registry: MetricRegistry, read: OffExchangeReadings): void {
  registry.labelledTotal(
    'tradecast_off_exchange_prints_total',
    'Off-exchange prints received, by what became of them',
    'outcome',
    () => ({ ...read.counters() }),
  );
  registry.total(
    'tradecast_off_exchange_gaps_total',
    'Times in which off-exchange prints may be missing',
    read.gaps,
  );
  registry.gauge(
    'tradecast_off_exchange_unsaved_seconds',
    'How long sums of off-exchange prints wait to be stored',
    () => read.unsavedMs() / 1_000,
  );
}
