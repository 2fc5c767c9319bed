import { command, event, route } from './declare.ts';
import { CHANNEL_LIMIT } from './limits.ts';
import { NO_PAYLOAD, nothingSchema } from './schemas.ts';

/**
 * What a position is valued at: the last price of its quote; the last price that was stored, where the market has no
 * quote; what it was bought for, where no price is known. Of an account that another system keeps: what was reported;
 * `unknown` where nothing of it was, and the numbers are zeros that stand for nothing.
 */
export type PositionMark = 'quote' | 'last-known' | 'cost' | 'reported' | 'unknown';

export interface PositionPayload {
  /** Of an account that another system keeps also a name that is no symbol here, such as `BTC/USD`. */
  symbol: string;
  /** Below zero for a short position, which only another system keeps. */
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
  mark?: PositionMark;
  /** Of `last-known`: the time of that price. */
  markedAt?: string;
  /** False where another system reported no cost: then average price, profit and loss stand for nothing. */
  costKnown?: false;
}

export interface PortfolioPayload {
  totalValue: number;
  cash: number;
  /** Market value of the positions: `totalValue = cash + equity`. */
  equity: number;
  positions: PositionPayload[];
  /** Absent if another system keeps the account and did not report it. */
  dayChange?: number;
  dayChangePercent?: number;
  /** Of an account that another system keeps: the moment that its report is of. */
  timestamp: string;
  /** `paper`: kept here. `external`: reported through /hooks/portfolio. */
  source: 'paper' | 'external';
  /** Cash that no open buy order reserves. */
  buyingPower?: number;
  realizedPnl?: number;
  /** For clients that say `auth.delta: true`: what the next `portfolio:delta` of this connection builds on. */
  version?: number;
}

/** What of a position moves with its price. */
export interface PositionMove {
  symbol: string;
  price: number;
  marketValue: number;
  unrealizedPnl: number;
  unrealizedPnlPercent: number;
  dayChange?: number;
}

/**
 * What has changed since the portfolio of version `base`. Every field besides the lists is one of the portfolio, as it is
 * now; a field that is absent is absent there.
 */
export interface PortfolioDeltaPayload extends Omit<PortfolioPayload, 'positions' | 'version'> {
  base: number;
  version: number;
  /** Positions that are new, or of which more than the price has changed. */
  positions: PositionPayload[];
  /** Positions of which only the price has changed. */
  moved: PositionMove[];
  /** Symbols that are no longer held. */
  removed: string[];
  /** More positions have changed than one delta carries: they follow, those that wait longest first. */
  partial?: true;
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
  'portfolio:delta': event<PortfolioDeltaPayload>()({ lane: 'state', topic: 'portfolio-delta' }),
  'position:adjusted': event<PositionAdjustedPayload>()({ lane: 'event', log: 'journal' }),
};

export const portfolioRoutes = {
  'GET /api/portfolio': route<PortfolioPayload>()({
    summary: 'Cash, positions and their value',
    access: 'member',
  }),
};
