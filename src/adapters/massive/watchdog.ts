import type { Clock } from '../../lib/clock.ts';
import type { MarketSession } from '../../protocol/market.ts';

/** As the official clients do. */
const PING_INTERVAL_MS = 20_000;
/** Without any message, not even a pong, the connection is dead. */
const READ_DEADLINE_MS = 30_000;
/** While the market is open, silence is answered with a ping after this long … */
const PROBE_AFTER_MS = 3_000;
/** … and reported as silence after this long. Quotes are stale within six seconds of the last message. */
const SILENT_AFTER_MS = 5_000;
const CHECK_INTERVAL_MS = 250;
/** A check that comes so much later finds a process that stood still: what arrived meanwhile is not read yet. */
const LATE_CHECK_MS = 1_000;

/**
 * Distinguishes a quiet market from a dead feed. A connection that answers pings is alive, however quiet its symbols
 * are. In regular hours the canary (second bars of SPY, which trades every second) must arrive as well: without it
 * upstream has stopped sending over a connection that still stands.
 */
export interface Watchdog {
  /** Something arrived over the connection. */
  received(isMarketData: boolean): void;
  /** The last sign that nothing is missing, milliseconds since epoch. */
  heardAt(): number;
  stop(): void;
}

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly marketSession: () => MarketSession;
  /** True once upstream has confirmed the canary. */
  readonly hasCanary: () => boolean;
  readonly ping: () => void;
  readonly onSilent: (silent: boolean) => void;
  readonly onDead: () => void;
}

export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { clock, marketSession, hasCanary, ping, onSilent, onDead } = options;
  let receivedAt = clock.now();
  let dataAt = clock.now();
  let pingedAt = clock.now();
  let checkedAt = clock.now();
  let wasLate = false;
  let silent = false;

  const needsCanary = (): boolean => marketSession() === 'regular' && hasCanary();

  const setSilent = (next: boolean): void => {
    if (silent === next) return;
    silent = next;
    onSilent(next);
  };
  const isSilent = (now: number): boolean => {
    const current = marketSession();
    if (current === 'closed') return false;
    if (now - receivedAt >= SILENT_AFTER_MS) return true;
    return needsCanary() && now - dataAt >= SILENT_AFTER_MS;
  };

  /** True once after a stall: before the next check everything that waits is read. */
  const stoodStill = (now: number): boolean => {
    const isLate = now - checkedAt >= LATE_CHECK_MS;
    checkedAt = now;
    const isFirst = isLate && !wasLate;
    wasLate = isLate;
    return isFirst;
  };
  const check = (): void => {
    const now = clock.now();
    if (stoodStill(now)) return;
    const quietFor = now - receivedAt;
    const canaryDead = needsCanary() && now - dataAt >= READ_DEADLINE_MS;
    if (quietFor >= READ_DEADLINE_MS || canaryDead) {
      onDead();
      return;
    }
    const pingAfter = marketSession() === 'closed' ? PING_INTERVAL_MS : PROBE_AFTER_MS;
    if (now - pingedAt >= PING_INTERVAL_MS || (quietFor >= pingAfter && pingedAt <= receivedAt)) {
      pingedAt = now;
      ping();
    }
    setSilent(isSilent(now));
  };
  const stop = clock.every(CHECK_INTERVAL_MS, check);

  return {
    received(isMarketData) {
      const now = clock.now();
      receivedAt = now;
      if (isMarketData) dataAt = now;
      if (silent) setSilent(isSilent(now));
    },
    heardAt: () => (needsCanary() ? dataAt : receivedAt),
    stop,
  };
}
