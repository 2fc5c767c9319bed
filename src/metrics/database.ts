import type { MetricRegistry, Timer } from './registry.ts';

export const createDatabaseTimer = (registry: MetricRegistry): Timer =>
  registry.timer('tradecast_database_seconds', 'Duration of one database statement');

export function readDatabase(registry: MetricRegistry, read: { answers(): boolean }): void {
  registry.gauge('tradecast_database_up', '1 while the database answers within a second, else 0', () =>
    Number(read.answers()),
  );
}
