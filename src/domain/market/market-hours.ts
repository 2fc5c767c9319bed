import type { MarketSession, MarketStatusPayload } from '../../protocol/payloads.ts';

/** When a market trades. All times are milliseconds since epoch. */
export interface MarketHours {
  session(now: number): MarketSession;
  /** Session, next regular open and close, name of the holiday: the `market:status` payload. */
  status(now: number): MarketStatusPayload;
  /** When the session changes next; null where it never does. */
  nextChange(now: number): number | null;
}

export type MarketHoursName = 'us-equities' | 'always';

export declare function createMarketHours(name: MarketHoursName): MarketHours;
