import { OPTIONS, type Reading, STOCKS } from '../massive/clusters.ts';
import type { RawEvent } from '../massive/events.ts';

/** A recording may hold the events of both feeds: each plays its own. */
export interface Side {
  readonly reading: Reading;
  /** Whether the event is this feed's. What is no event counts as one of the stocks: it is dropped once. */
  takes(event: unknown): boolean;
}

const CONTRACT_PREFIX = 'O:';

function isOfContracts(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false;
  const { ev, sym } = event as RawEvent;
  return ev === 'contract' || (typeof sym === 'string' && sym.startsWith(CONTRACT_PREFIX));
}

export const STOCK_SIDE: Side = { reading: STOCKS, takes: (event) => !isOfContracts(event) };
export const CONTRACT_SIDE: Side = { reading: OPTIONS, takes: isOfContracts };
