/** Builds each capability once and joins them in a list: it runs forward on start and back on stop. */
import type { Config, Secrets } from '../config/index.ts';
import type { DemoAccount } from '../domain/accounts/demo-account.ts';
import { ENGINE } from '../domain/bus/topic.ts';
import { createAccountFaces } from './accounts.ts';
import { createCluster } from './cluster.ts';
import { type Core, createCore } from './core.ts';
import { createDatabaseCapability } from './database.ts';
import { createDemo } from './demo.ts';
import { createEngine, createLease } from './engine.ts';
import { createHookFaces } from './hooks.ts';
import { type Address, createHttpCapability } from './http.ts';
import { createJournalCapability } from './journal.ts';
import { createKeys } from './keys.ts';
import { createMarketCapability } from './market.ts';
import { createOffExchangeCapability } from './off-exchange.ts';
import { createOptionsCapability } from './options.ts';
import type { AppOverrides } from './overrides.ts';
import { createLifecycle } from './part.ts';
import { createRealtimeCapability } from './realtime.ts';
import { createLinkRecovery, createStallRecovery } from './recovery.ts';
import { createReporting } from './reporting.ts';
import { createDemoSignals, createQuoteRecording, createSignalsCapability } from './signals.ts';
import { createTokens } from './tokens.ts';
import { createTradingCapability } from './trading.ts';

export type { AppOverrides, PortWrappers } from './overrides.ts';
export { StartCancelledError } from './part.ts';

export interface App {
  /**
   * Resolves when it listens and may take orders. Throws StartupError with a sentence a person can act on, and
   * StartCancelledError where it was stopped before.
   */
  start(): Promise<Address & { readonly demo: DemoAccount | null }>;
  /** Drains, then closes everything in reverse; a second call is the same call. */
  stop(): Promise<void>;
}

/** Opens nothing: no file, no connection, no timer. That begins with `start`. */
export function createApp(config: Config, secrets: Secrets, overrides: AppOverrides): App {
  let starting: ReturnType<App['start']> | null = null;
  let stopping: Promise<void> | null = null;
  const core = createCore(overrides, () => stopping !== null);
  const { parts, http, history, demo } = compose(core, config, secrets, overrides);
  const lifecycle = createLifecycle(parts, overrides.log);

  async function start(): ReturnType<App['start']> {
    await lifecycle.start();
    return { ...http.address(), demo: demo.account() };
  }

  async function stop(): Promise<void> {
    // A part that is about to start does so first: otherwise nothing would stop it.
    lifecycle.cancel();
    await starting?.catch(() => {});
    await lifecycle.drain();
    // Requests for bars may take seconds; they end now, so that they do not hold up the port.
    history.stop();
    // First of all, and also where the start ended before its last part: after this nothing comes in while parts stop.
    await http
      .close()
      .catch((error: unknown) => overrides.log.error({ err: error }, 'the port did not close cleanly'));
    await lifecycle.stop();
  }

  return {
    start: () => (starting = start()),
    stop: () => (stopping ??= stop()),
  };
}

function compose(core: Core, config: Config, secrets: Secrets, overrides: AppOverrides) {
  const keys = createKeys(config, secrets);
  const storage = createDatabaseCapability(core, { dataDir: config.dataDir, url: secrets.databaseUrl });
  const { database } = storage.faces;
  const accounts = createAccountFaces(core, config.accounts, database);
  const tokens = createTokens(core, database, keys.faces);
  const cluster = createCluster(core, {
    redisUrl: secrets.redisUrl,
    databaseUrl: secrets.databaseUrl,
    config: config.cluster,
    keys: keys.faces,
    database,
    replicas: () => reporting.faces.replicas.count(),
    hasReader: (reader) => (reader === ENGINE ? lease.current() !== null : realtime.faces.hasUser(reader)),
  });
  const { bus } = cluster.faces;
  const lease = createLease(core, database, bus);
  const journal = createJournalCapability(core, config.journal, database, lease);
  const market = createMarketCapability(core, {
    config: config.market,
    secrets: secrets.market,
    source: overrides.marketSource,
    ...{ database, bus, lease },
  });
  const joined = { market: market.faces, database, bus, lease, broker: overrides.broker };
  const options = createOptionsCapability(core, { ...joined, config: config.market });
  const trading = createTradingCapability(core, { ...joined, limits: config.trading });
  const offExchange = createOffExchangeCapability(core, { ...joined, config: config.offExchange });
  const signals = createSignalsCapability(core, {
    ...{ ...options.faces, instruments: market.faces.instruments, questions: market.faces.discreet },
    ...{ feedSource: market.faces.feedSource, database, bus, link: cluster.faces.link },
    replicas: () => reporting.faces.replicas,
  });
  /** What the edges and the reports use of everything. */
  const faces = {
    ...cluster.faces,
    ...accounts,
    ...tokens.faces,
    ...market.faces,
    ...options.faces,
    ...offExchange.faces,
    ...trading.faces,
    ...journal.faces,
    ...signals.faces,
    lease,
  };
  const engine = createEngine(core, { ...faces, isShared: secrets.redisUrl !== null });
  const reported = { ...faces, cluster: cluster.faces };
  const reporting = createReporting(core, { ...reported, disk: database, realtime: () => realtime.faces });
  const http = createHttpCapability(
    core,
    config.http,
    { ...faces, ...reporting.faces, ...createHookFaces(core, { ...faces, database }) },
    { production: config.production, keys: keys.faces, metricsToken: secrets.metricsToken },
  );
  const realtime = createRealtimeCapability(
    core,
    { ...config.realtime, drainSeconds: config.drainSeconds, trustProxy: config.http.trustProxy },
    { ...faces, ...http.faces, othersServe: reporting.faces.othersServe, keys: keys.faces },
  );
  const demoSignals = createDemoSignals(core, { ...faces, isSimulated: isSimulated(config, overrides) });
  const demo = createDemo(core, { ...faces, keys: keys.faces });
  const recovery = { ...reported, realtime: realtime.faces };

  return {
    http: http.faces,
    history: market.faces.history,
    demo: demo.faces,
    /**
     * In the order of the start, which is the stop read backwards.
     * - What may refuse the start comes before anything is opened: the port.
     * - The port comes before the lease: a service that cannot listen takes nothing from one that runs.
     * - What counts the readers (signals) stops after the last of them has gone (http, realtime).
     * - Demand for what is held (trading) comes before the lease, so that it precedes the feed's first quote.
     */
    parts: [
      http.portCheck,
      keys,
      storage,
      signals,
      http,
      realtime,
      cluster,
      createLinkRecovery(recovery),
      reporting,
      market,
      options,
      trading,
      offExchange,
      engine,
      createStallRecovery(core, recovery),
      journal,
      tokens,
      createQuoteRecording(core, faces),
      demoSignals,
      demo,
    ],
  };
}

/** Whether the market is our own simulated one; a market that a test brings has no signals of its own. */
const isSimulated = ({ market }: Config, { marketSource }: AppOverrides): boolean =>
  market.feed.source === 'simulated' && marketSource === undefined;
