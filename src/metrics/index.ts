/** What this replica counts, by capability; docs/operations.md lists the names. */
import { createDatabaseTimer } from './database.ts';
import { createHttpMetrics } from './http.ts';
import { createStallTally } from './process.ts';
import { createRealtimeMetrics } from './realtime.ts';
import { createMetricRegistry } from './registry.ts';
import { createSignalMetrics } from './signals.ts';
import { createTradingMetrics } from './trading.ts';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = createMetricRegistry();
  return {
    registry,
    realtime: createRealtimeMetrics(registry),
    trading: createTradingMetrics(registry),
    signals: createSignalMetrics(registry),
    http: createHttpMetrics(registry),
    database: createDatabaseTimer(registry),
    stalls: createStallTally(registry),
  };
}
