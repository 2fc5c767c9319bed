import type { TradeSource } from '../../protocol/trades.ts';

/** Orders that the service places for somebody, and how their keys begin: a client's key never meets one of these. */
const BEGINNINGS: Readonly<Partial<Record<TradeSource, string>>> = { hook: 'hook:', demo: 'demo-' };

/** In front of a client's key that begins like one of ours. No key of a sender has a space. */
const CLIENTS_OWN = ' ';

/**
 * The key under which an order is kept, for a sender's key: two senders' keys are never the same one. Socket and HTTP are
 * one sender, so that an order which was sent over one of them can be repeated over the other.
 */
export function orderKey(source: TradeSource, key: string): string {
  const beginning = BEGINNINGS[source];
  if (beginning !== undefined) return `${beginning}${key}`;
  const isLikeOurs = Object.values(BEGINNINGS).some((ours) => key.startsWith(ours));
  return isLikeOurs ? `${CLIENTS_OWN}${key}` : key;
}

/** The key as its user gets it: a client's is what the client has chosen. */
export const clientOrderIdOf = (kept: string): string =>
  kept.startsWith(CLIENTS_OWN) ? kept.slice(CLIENTS_OWN.length) : kept;
