import type { Clock } from '../../lib/clock.ts';
import { within } from '../../lib/within.ts';
import type { EngineLease } from './lease.ts';

/** A turn of the executor that hangs is not waited for: its writes are refused as soon as there is a new engine. */
const PATIENCE_MS = 1_000;

/**
 * The engine passes to another replica: first the feeds, so that upstream never sees two of us, then the executor with
 * the turn in progress, then the lease. No replica is the engine until another one receives the notice.
 */
export async function handOver(parts: {
  readonly feeds: { stop(): Promise<unknown> };
  readonly executor: { stop(): Promise<void> };
  readonly lease: Pick<EngineLease, 'stop'>;
  readonly clock: Clock;
}): Promise<void> {
  const { feeds, executor, lease, clock } = parts;
  await within(PATIENCE_MS, feeds.stop(), clock);
  await within(PATIENCE_MS, executor.stop(), clock);
  await lease.stop();
}
