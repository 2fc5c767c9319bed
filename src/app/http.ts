import type { Server } from 'node:http';
import path from 'node:path';
import type { HttpConfig } from '../config/index.ts';
import { createHttpApp } from '../http/app.ts';
import type { HttpOptions, HttpParts } from '../http/parts.ts';
import { createHttpServer } from '../http/server.ts';
import { assertPortIsFree, listenOn } from '../lib/port.ts';
import type { Core } from './core.ts';
import type { MarketFaces } from './market.ts';
import type { OptionsFaces } from './options.ts';
import type { Capability, Part } from './part.ts';

export interface Address {
  /** As a browser on this machine reaches it. */
  readonly url: string;
  readonly port: number;
}

/** The port and everything that is answered over HTTP; realtime takes its upgrades. */
export interface HttpCapability
  extends Capability<{
    readonly server: Server;
    /** Throws before the start. */
    address(): Address;
    /** Ends the requests that have arrived and closes the port; where nothing listens it does nothing. */
    close(): Promise<void>;
  }> {
  /** Runs before anything is opened: a second service on a taken port must not migrate the first one's database. */
  readonly portCheck: Part;
}

const DASHBOARD = path.resolve(import.meta.dirname, '../../dashboard/dist');

/** What is answered over HTTP. */
export interface HttpFaces
  extends Omit<
      HttpParts,
      'clock' | 'log' | 'observe' | 'countSignal' | 'quotes' | 'defaultWatchlist' | 'candles' | 'contracts'
    >,
    Pick<MarketFaces, 'board' | 'featured' | 'candles' | 'feedSource'>,
    Pick<
      OptionsFaces,
      'optionFeed' | 'optionQuotes' | 'contractHistory' | 'contractListing' | 'marketTime'
    > {}

export function createHttpCapability(
  { clock, log, metrics }: Core,
  config: HttpConfig,
  { board, featured, candles, feedSource, ...faces }: HttpFaces,
  options: Pick<HttpOptions, 'production' | 'keys' | 'metricsToken'>,
): HttpCapability {
  const { port, host } = config;
  const app = createHttpApp(
    {
      ...faces,
      quotes: board,
      defaultWatchlist: featured,
      candles: candles.candles,
      contracts: {
        demand: faces.optionFeed.demand,
        candles: faces.optionFeed.candles.candles,
        quotes: faces.optionQuotes,
        history: faces.contractHistory,
        listing: faces.contractListing,
        marketTime: faces.marketTime,
      },
      clock,
      log: log('http'),
      observe: metrics.http.observe,
      countSignal: metrics.signals.answered,
    },
    { ...config, ...options, feedSource, dashboardDir: DASHBOARD },
  );
  const { server, drain, close } = createHttpServer(app, clock);
  let address: Address | null = null;

  return {
    name: 'http',
    faces: {
      server,
      address() {
        if (address === null) throw new Error('the service does not listen');
        return address;
      },
      close,
    },
    portCheck: { name: 'port', start: () => assertPortIsFree(port, host) },
    // Before the engine lease: a service that cannot have its port must not take over from one that runs.
    async start() {
      address = await listenOn(server, port, host);
    },
    drain,
  };
}
