import { command, event, route } from './declare.ts';
import { CHANNEL_LIMIT } from './limits.ts';
import { NO_PAYLOAD, nothingSchema } from './schemas.ts';

/**
 * What a position is valued at: the last price of its quote; the last price that was stored, where the market has no
 * quote; what it was bought for, where no price is known.
 */
export type PositionMark = 'quote' | 'last-known' | 'cost';

export interface PositionPayload {
  symbol: string;
  quantity: number;
  averagePrice: number;
  /** Last known price; without a quote the average price, and then `priced` is false. */
  price: number;
  marketValue: number;
  unrealizedPnl: number;
  unrealizedPnlPercent: number;
  /** Absent while the previous close is unknown, and if another system keeps the account and did not report it. */
  dayChange?: number;
  /** False while no quote is known and the position is valued at its cost. */
  priced?: boolean;
  /** Absent if another system keeps the account. */
  mark?: PositionMark;
  /** Of `last-known`: the time of that price. */
  markedAt?: string;
}

export interface PortfolioPayload {
  totalValue: number;
  cash: number;
  /** Market value of the positions: `totalValue = cash + equity`. */
  equity: number;
  positions: PositionPayload[];
  dayChange: number;
  dayChangePercent: number;
  timestamp: string;
  /** `paper`: kept here. `external`: reported through /hooks/portfolio. */
  source: 'paper' | 'external';
  /** Cash that no open buy order reserves. */
  buyingPower?: number;
  realizedPnl?: number;
}

/** Why a position changed without a trade. */
export type AdjustmentReason = 'split' | 'dividend' | 'fee' | 'transfer' | 'correction' | 'operator';

export interface PositionAdjustedPayload {
  symbol: string;
  reason: AdjustmentReason;
  quantityBefore: number;
  quantityAfter: number;
  /** Dollars that the account received. */
  cash: number;
  /** Of `operator`: the event id of the command. */
  reference: string;
  timestamp: string;
}

export const portfolioCommands = {
  'subscribe:portfolio': command<{ type: 'portfolio'; timestamp: string }>()({
    schema: nothingSchema,
    invalid: NO_PAYLOAD,
    limit: CHANNEL_LIMIT,
    reply: 'subscription:confirmed',
  }),
  'unsubscribe:portfolio': command<{ type: 'portfolio' }>()({
    schema: nothingSchema,
    invalid: NO_PAYLOAD,
    limit: { points: 10, seconds: 60 },
    reply: 'unsubscription:confirmed',
  }),
};

export const portfolioEvents = {
  'portfolio:update': event<PortfolioPayload>()({ lane: 'state', topic: 'portfolio' }),
  'position:adjusted': event<PositionAdjustedPayload>()({ lane: 'event', log: 'journal' }),
};

export const portfolioRoutes = {
  'GET /api/portfolio': route<PortfolioPayload>()({
    summary: 'Cash, positions and their value',
    access: 'member',
  }),
};
