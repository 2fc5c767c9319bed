import type { Server as HttpServer } from 'node:http';
import type { RealtimeConfig } from '../config/index.ts';
import { createPlaceSecrets } from '../domain/accounts/place-secrets.ts';
import { createTierWatch, type TierWatch } from '../domain/accounts/tier-watch.ts';
import type { Users } from '../domain/accounts/user.ts';
import type { InstrumentDirectory } from '../domain/instrument/directory.ts';
import type { Journal } from '../domain/journal/journal.ts';
import type { Demand } from '../domain/market/demand.ts';
import type { MarketHours } from '../domain/market/market-hours.ts';
import type { QuoteBoard } from '../domain/market/quote-board.ts';
import { sentimentBoardOf } from '../domain/off-exchange/sentiment-board.ts';
import type { TotalsBoard } from '../domain/off-exchange/totals-board.ts';
import type { ContractListing } from '../domain/options/contract-listing.ts';
import type { LiveContracts } from '../domain/options/live-contracts.ts';
import type { DeliveryMeter } from '../domain/signals/delivery/delivery-meter.ts';
import type { SignalLog } from '../domain/signals/signal-log.ts';
import type { SignalReader } from '../domain/signals/topics.ts';
import type { Trading } from '../domain/trading/trading.ts';
import { createOriginCheck } from '../lib/origin.ts';
import { createSignalStreams } from '../realtime/event-lane/signal-streams.ts';
import { darkpoolFeature } from '../realtime/features/darkpool.ts';
import { marketStatusFeature } from '../realtime/features/market-status.ts';
import { optionsFeature } from '../realtime/features/options.ts';
import { ordersFeature } from '../realtime/features/orders.ts';
import { portfolioFeature } from '../realtime/features/portfolio.ts';
import { signalsFeature } from '../realtime/features/signals.ts';
import { timeFeature } from '../realtime/features/time.ts';
import { tradesFeature } from '../realtime/features/trades.ts';
import { watchlistFeature } from '../realtime/features/watchlist.ts';
import type { Peer } from '../realtime/peer.ts';
import { marketEndpoint } from '../realtime/plain/market.ts';
import { sentimentEndpoint } from '../realtime/plain/sentiment/endpoint.ts';
import { createPlainSockets } from '../realtime/plain/server.ts';
import { signalsEndpoint } from '../realtime/plain/signals.ts';
import { createRealtime, type Realtime, type RealtimeParts } from '../realtime/server.ts';
import { createSocketIo, type SocketIoParts } from '../realtime/socketio/server.ts';
import { createStrangers } from '../realtime/strangers.ts';
import { createUpgradeRouter } from '../realtime/upgrades.ts';
import type { Core } from './core.ts';
import type { Keys } from './keys.ts';
import type { Capability } from './part.ts';

export interface RealtimeFaces
  extends Omit<RealtimeParts, 'features' | 'transports' | 'placeSecrets' | 'clock' | 'metrics' | 'log'>,
    Pick<SocketIoParts, 'adapter'> {
  readonly server: HttpServer;
  readonly journal: Journal;
  readonly trading: Trading;
  readonly users: Pick<Users, 'tiers' | 'tierChanges'>;
  readonly signalLog: SignalLog;
  readonly deliveryMeter: DeliveryMeter;
  readonly board: QuoteBoard;
  readonly demand: Demand;
  readonly instruments: InstrumentDirectory;
  readonly optionFeed: { readonly demand: Demand };
  readonly liveContracts: LiveContracts;
  readonly contractListing: ContractListing;
  readonly totals: TotalsBoard;
  readonly marketTime: () => number;
  readonly hours: Pick<MarketHours, 'status'>;
  readonly keys: Pick<Keys, 'session'>;
}

export interface RealtimeService extends Realtime {
  /** Those of `/ws/signals` on this replica. */
  signalReaders(): readonly SignalReader[];
}

/** What clients can do over a connection, and how they connect. */
export function createRealtimeCapability(
  core: Core,
  config: RealtimeConfig & { readonly drainSeconds: number; readonly trustProxy: number },
  { server, hours, keys, ...faces }: RealtimeFaces,
): Capability<RealtimeService> {
  const { clock, metrics, replica } = core;
  const parts = { ...faces, clock, metrics: metrics.realtime, log: core.log('realtime') };
  const { allowedOrigins, trustProxy } = config;
  const door = {
    ...parts,
    allowedOrigins,
    isAllowedOrigin: createOriginCheck({ ...parts, allowedOrigins }),
    strangers: createStrangers({ ...parts, trustProxy, sessionSecrets: keys.session }),
    sessionSecrets: keys.session,
  };
  const tiers = createTierWatch(parts);
  const signalStreams = createSignalStreams({ ...parts, tiers });
  const readers = new Set<Peer>();
  const realtime = createRealtime(
    {
      ...parts,
      placeSecrets: createPlaceSecrets(keys.session),
      features: [
        marketStatusFeature(() => hours.status(clock.now())),
        watchlistFeature({ ...parts, maxSymbols: config.maxSymbols }),
        optionsFeature({ ...parts, optionDemand: parts.optionFeed.demand }),
        darkpoolFeature(parts),
        portfolioFeature(parts),
        tradesFeature(parts),
        ordersFeature(parts.trading),
        signalsFeature({ signalStreams, tiers }),
        timeFeature,
      ],
      transports: [
        createSocketIo({ ...door, httpServer: server }),
        createPlainSockets({
          ...door,
          upgrades: createUpgradeRouter(server, clock),
          endpoints: [
            sentimentEndpoint({
              ...parts,
              board: sentimentBoardOf(parts.totals),
              isPublic: config.isOffExchangePublic,
            }),
            marketEndpoint(clock),
            signalsEndpoint({ ...parts, signalStreams, readers }),
          ],
        }),
      ],
    },
    { ...config, replica },
  );
  return {
    name: 'realtime',
    faces: { ...realtime, signalReaders: () => readersOf(readers, tiers) },
    start: realtime.start,
    drain: () => realtime.drain(config.drainSeconds),
    stop: realtime.stop,
  };
}

function readersOf(peers: Iterable<Peer>, tiers: Pick<TierWatch, 'known'>): SignalReader[] {
  const byUser = new Map<string, SignalReader>();
  for (const { principal } of peers) {
    const { id: userId, tier } = principal.user;
    const connections = (byUser.get(userId)?.connections ?? 0) + 1;
    byUser.set(userId, { userId, tier: tiers.known(userId) ?? tier, connections });
  }
  return [...byUser.values()];
}
