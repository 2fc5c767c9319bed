import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';

/**
 * A full disk fails what needs room and answers the rest, so nothing but a failed statement shows it. The engine writes
 * every few seconds: without a failure for this long there is room again.
 */
const REMEMBERED_MS = 10_000;

/** SQLSTATE of a full disk, and what the operating system says. */
const CODES: readonly unknown[] = ['53100', 'ENOSPC', 'EDQUOT'];
const MESSAGES = /no space left on device|disk quota exceeded/i;

/** Whether a statement failed because the disk of the database is full, itself or by its cause. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return CODES.includes(code) || MESSAGES.test(error.message) || isDiskFull(error.cause);
}

export interface DiskWatch {
  /** A statement failed with this error. */
  note(error: unknown): void;
  isFull(): boolean;
}

export function createDiskWatch({ clock, log }: { readonly clock: Clock; readonly log: Log }): DiskWatch {
  let fullAt = Number.NEGATIVE_INFINITY;
  const isFull = (): boolean => Math.abs(clock.now() - fullAt) < REMEMBERED_MS;

  return {
    isFull,
    note(error) {
      if (!isDiskFull(error)) return;
      if (!isFull())
        log.error(
          { err: error },
          'the disk of the database is full: nothing can be stored before space is freed',
        );
      fullAt = clock.now();
    },
  };
}
