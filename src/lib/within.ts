import type { Clock } from './clock.ts';

/** Waits for `work`, but no longer than `ms`; the work itself goes on. Rejects where the work does in that time. */
export async function within(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  await Promise.race([work, promise]).finally(cancel);
}
