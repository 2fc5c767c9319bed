import type { MetricRegistry, Tally } from './registry.ts';

/** Prints the version that runs. */
export function readBuild(registry: MetricRegistry, version: string): void {
  registry.labelledGauge(
    'tradecast_build_info',
    '1, with the version that runs as its label',
    'version',
    () => ({ [version]: 1 }),
  );
}

export const createStallTally = (registry: MetricRegistry): Tally =>
  registry.tally('tradecast_stalls_total', 'Times this process stalled for more than two seconds');
