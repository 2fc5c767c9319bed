import type { OptionPayload } from '../../../../src/protocol/options.ts';
import type { Freshness } from '../../hooks/use-freshness.ts';

/** From this age on a reader must not take the prices for present ones. */
export const FREEZE_AFTER_MS = 15_000;

export interface FreezeFacts {
  readonly freshness: Freshness;
  readonly now: number;
  /** When a contract of the chain, or the chain as a whole, last arrived; milliseconds since epoch. */
  readonly newest: number;
  /** The contracts that the page has asked to be pushed. */
  readonly contracts: readonly Pick<OptionPayload, 'state'>[];
  /** When a contract that its source renews was last pushed, milliseconds since epoch; 0 before the first. */
  readonly movedAt: number;
  /** When the server last said that the feed of options has stopped, milliseconds since epoch; null where it runs. */
  readonly stoppedAt: number | null;
  /** When its last price came, milliseconds since epoch; null where nothing says. */
  readonly tickAt: number | null;
}

export interface Freeze {
  readonly ageMs: number;
  /** Since when prices stand still, milliseconds since epoch. */
  readonly since: number;
  /** What has stopped: the connection to this page, the market data behind it, or only their changes. */
  readonly cause: 'connection' | 'source' | 'quiet';
}

/** Whether the prices on screen stand still, and why; null where they move, or need not because trading is over. */
export function freezeOf(facts: FreezeFacts): Freeze | null {
  const { freshness, now, newest, contracts, movedAt, stoppedAt, tickAt } = facts;
  const ageMs = now - newest;
  if (newest === 0) return null;
  const still = (cause: Freeze['cause'], since = newest): Freeze => ({ ageMs: now - since, since, cause });
  if (freshness === 'frozen') return ageMs >= FREEZE_AFTER_MS ? still('connection') : null;
  if (contracts.length === 0 || contracts.every(({ state }) => state === 'closed')) return null;
  // The source says when it stopped; a page that was opened later has all of its prices from afterwards.
  const stopped = stoppedAt !== null && movedAt <= stoppedAt;
  if (stopped || contracts.every(({ state }) => state === 'stale' || state === 'closed'))
    return still('source', tickAt ?? newest);
  return ageMs >= FREEZE_AFTER_MS ? still('quiet') : null;
}
