import { command, event, route } from './declare.ts';
import { CHANNEL_LIMIT } from './limits.ts';
import { NO_PAYLOAD, nothingSchema } from './schemas.ts';

export interface PositionPayload {
  symbol: string;
  quantity: number;
  averagePrice: number;
  /** Last known price; without a quote the average price, and then `priced` is false. */
  price: number;
  marketValue: number;
  unrealizedPnl: number;
  unrealizedPnlPercent: number;
  /** Absent if another system keeps the account and did not report it. */
  dayChange?: number;
  /** False while no quote is known and the position is valued at its cost. */
  priced?: boolean;
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
};

export const portfolioRoutes = {
  'GET /api/portfolio': route<PortfolioPayload>()({
    summary: 'Cash, positions and their value',
    access: 'member',
  }),
};
