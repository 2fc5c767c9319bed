import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { isUnavailable } from '../../protocol/errors.ts';

/** Pause between two tries whether there is room again; until one succeeds the disk counts as full. */
const TRY_EVERY_MS = 5_000;

/** SQLSTATE of a full disk, and what the operating system says. */
const CODES: readonly unknown[] = ['53100', 'ENOSPC', 'EDQUOT'];
const MESSAGES = /no space left on device|disk quota exceeded/i;

/** Whether a statement failed because the disk of the database is full, itself or by its cause. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return CODES.includes(code) || MESSAGES.test(error.message) || isDiskFull(error.cause);
}

/**
 * A full disk fails what needs room and answers the rest, so nothing but a failed statement shows it. A replica that
 * writes nothing would not see it end either, so room is taken on trial while it lasts.
 */
export interface DiskWatch {
  /** A statement failed with this error. */
  note(error: unknown): void;
  isFull(): boolean;
  /** `takeRoom` stores something and removes it; it rejects where it cannot. Before this call nothing is tried. */
  start(takeRoom: () => Promise<void>): void;
  stop(): void;
}

export function createDiskWatch({ clock, log }: { readonly clock: Clock; readonly log: Log }): DiskWatch {
  let full = false;
  let isStopped = false;
  let takeRoom: () => Promise<void> = async () => {};
  let cancel: Cancel = () => {};

  const tryLater = (): void => {
    if (!isStopped) cancel = clock.after(TRY_EVERY_MS, () => void tryNow());
  };

  async function tryNow(): Promise<void> {
    try {
      await takeRoom();
      log.info({}, 'the disk of the database has space again');
    } catch (error) {
      // An answer that does not come says nothing of the disk.
      if (isDiskFull(error) || isUnavailable(error)) return tryLater();
      log.warn({ err: error }, 'whether the disk of the database has space again cannot be tried');
    }
    full = false;
  }

  return {
    isFull: () => full,
    note(error) {
      if (full || !isDiskFull(error)) return;
      full = true;
      log.error(
        { err: error },
        'the disk of the database is full: nothing can be stored before space is freed',
      );
      tryLater();
    },
    start(given) {
      takeRoom = given;
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
