import type { Server as HttpServer } from 'node:http';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { Journal } from '../domain/journal/journal.ts';
import type { Demand } from '../domain/market/demand.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import type { Trading } from '../domain/trading/trading.ts';
import type { MarketStatusPayload } from '../protocol/market.ts';
import { marketStatusFeature } from '../realtime/features/market-status.ts';
import { ordersFeature } from '../realtime/features/orders.ts';
import { portfolioFeature } from '../realtime/features/portfolio.ts';
import { timeFeature } from '../realtime/features/time.ts';
import { tradesFeature } from '../realtime/features/trades.ts';
import { watchlistFeature } from '../realtime/features/watchlist.ts';
import {
  createRealtime,
  type Realtime,
  type RealtimeOptions,
  type RealtimeParts,
} from '../realtime/server.ts';
import { createSocketIo, type SocketIoParts } from '../realtime/socketio/server.ts';

export interface RealtimeSources extends Omit<RealtimeParts, 'features' | 'transports'> {
  readonly httpServer: HttpServer;
  readonly adapter: SocketIoParts['adapter'];
  readonly journal: Journal;
  readonly trading: Trading;
  readonly board: QuoteBoard;
  readonly demand: Demand;
  readonly instruments: InstrumentDirectory;
  readonly marketStatus: () => MarketStatusPayload;
}

export interface RealtimeSettings extends RealtimeOptions {
  readonly allowedOrigins: readonly string[];
  readonly sessionSecrets: readonly string[];
  /** Most symbols that one connection may watch. */
  readonly maxSymbols: number;
}

/** What clients can do over a connection, and how they connect. */
export function openRealtime(parts: RealtimeSources, settings: RealtimeSettings): Realtime {
  return createRealtime(
    {
      ...parts,
      features: [
        marketStatusFeature(parts.marketStatus),
        watchlistFeature({ ...parts, maxSymbols: settings.maxSymbols }),
        portfolioFeature(parts),
        tradesFeature(parts),
        ordersFeature(parts.trading),
        timeFeature,
      ],
      transports: [createSocketIo({ ...parts, ...settings })],
    },
    settings,
  );
}
