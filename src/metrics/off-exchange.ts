import type { MetricRegistry } from './registry.ts';

export interface OffExchangeReadings {
  /** Since the start, by what became of them. */
  counters(): object;
  /** Since the start; `fetching` are those whose prints are being requested, `filled` and `givenUp` count symbols. */
  gaps(): Readonly<Record<'begun' | 'fetching' | 'filled' | 'givenUp' | 'unreadable', number>>;
  /** Trades on exchanges that were passed by. */
  shed(): number;
  /** Symbols with quotes for the sums alone. */
  quoted(): number;
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
    () => read.gaps().begun,
  );
  registry.gauge(
    'tradecast_off_exchange_gaps_fetching',
    'Gaps whose prints are being requested from upstream',
    () => read.gaps().fetching,
  );
  registry.total(
    'tradecast_off_exchange_filled_total',
    'Symbols whose prints of a gap were fetched, each once for every gap',
    () => read.gaps().filled,
  );
  registry.total(
    'tradecast_off_exchange_given_up_total',
    'Symbols whose prints of a gap are not fetched: they are too many, or were never delivered',
    () => read.gaps().givenUp,
  );
  registry.total(
    'tradecast_off_exchange_unreadable_total',
    'Frames and trades of upstream that could not be read and may have been off-exchange prints',
    () => read.gaps().unreadable,
  );
  registry.total(
    'tradecast_off_exchange_shed_trades_total',
    'Trades on exchanges passed by right after their frame was parsed: nobody follows their symbols',
    read.shed,
  );
  registry.gauge(
    'tradecast_off_exchange_quoted_symbols',
    'Symbols with quotes for the sums of off-exchange prints, where those of the whole market are summed',
    read.quoted,
  );
  registry.gauge(
    'tradecast_off_exchange_unsaved_seconds',
    'How long the oldest off-exchange print that is not stored has waited',
    () => read.unsavedMs() / 1_000,
  );
}
