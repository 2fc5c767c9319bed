import type { Demand } from '../../domain/market/demand.ts';
import { closeOf } from '../../domain/options/expiry.ts';
import type { LiveContracts } from '../../domain/options/live-contracts.ts';
import type { Cancel } from '../../lib/clock.ts';

/** What the contracts in sight ask of the two feeds: each of them until it expires. */
export interface ContractDemand {
  /** These are in sight, and no others. */
  set(symbols: Iterable<string>): void;
  /** Gives up what has expired. */
  tick(): void;
  /** Follows the underlyings of what is in sight until the returned function is called. */
  start(): Cancel;
}

export interface ContractDemandParts {
  readonly liveContracts: Pick<LiveContracts, 'retain' | 'onMove'>;
  /** Of contracts. */
  readonly optionDemand: Pick<Demand, 'set'>;
  /** Of their underlyings. */
  readonly demand: Pick<Demand, 'set'>;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
}

export function createContractDemand(parts: ContractDemandParts): ContractDemand {
  const { liveContracts, optionDemand, demand, marketTime } = parts;
  let inSight: ReadonlySet<string> = new Set();
  let nextExpiry = Number.POSITIVE_INFINITY;

  function want(): void {
    const now = marketTime();
    const current = new Set<string>();
    nextExpiry = Number.POSITIVE_INFINITY;
    for (const symbol of inSight) {
      const closesAt = closeOf(symbol);
      if (closesAt === null || closesAt <= now) continue;
      current.add(symbol);
      nextExpiry = Math.min(nextExpiry, closesAt);
    }
    demand.set('options', liveContracts.retain(inSight));
    optionDemand.set('peers', current);
  }

  return {
    set(symbols) {
      inSight = new Set(symbols);
      want();
    },
    tick() {
      if (marketTime() >= nextExpiry) want();
    },
    start: () => liveContracts.onMove(want),
  };
}
