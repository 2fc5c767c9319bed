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
}

export interface Freeze {
  readonly ageMs: number;
  /** What has stopped: the connection to this page, the market data behind it, or only their changes. */
  readonly cause: 'connection' | 'source' | 'quiet';
}

/** Whether the prices on screen stand still, and why; null where they move, or need not because trading is over. */
export function freezeOf({ freshness, now, newest, contracts }: FreezeFacts): Freeze | null {
  const ageMs = now - newest;
  if (newest === 0) return null;
  if (freshness === 'frozen') return ageMs >= FREEZE_AFTER_MS ? { ageMs, cause: 'connection' } : null;
  if (contracts.length === 0 || contracts.every(({ state }) => state === 'closed')) return null;
  if (contracts.every(({ state }) => state === 'stale' || state === 'closed'))
    return { ageMs, cause: 'source' };
  return ageMs >= FREEZE_AFTER_MS ? { ageMs, cause: 'quiet' } : null;
}
