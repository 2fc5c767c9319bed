/** Builds each part once, in order, and joins them. `overrides` is the only seam of the tests. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import { loadOrCreateSecrets } from '../adapters/local/secrets-file.ts';
import { openDatabase } from '../adapters/open-database.ts';
import { createPaperBroker } from '../adapters/paper/broker.ts';
import { createSessionStore } from '../adapters/stores/accounts/session-store.ts';
import { createSessions } from '../adapters/stores/accounts/sessions.ts';
import { createUsers } from '../adapters/stores/accounts/users.ts';
import { createDatabaseLease } from '../adapters/stores/engine/lease.ts';
import { createDiscordLinkStore } from '../adapters/stores/hooks/discord-links.ts';
import { createHookInbox } from '../adapters/stores/hooks/inbox.ts';
import { createJournal } from '../adapters/stores/journal/journal.ts';
import { createJournalPruner } from '../adapters/stores/journal/pruner.ts';
import { openAccount } from '../adapters/stores/trading/accounts.ts';
import { createLedger } from '../adapters/stores/trading/ledger.ts';
import { createWatchlists } from '../adapters/stores/watchlists/watchlists.ts';
import type { Config, Secrets } from '../config/index.ts';
import { createAccounts } from '../domain/accounts/accounts.ts';
import { type DemoAccount, openDemoAccount } from '../domain/accounts/demo-account.ts';
import { handOver } from '../domain/engine/hand-over.ts';
import { createHooks } from '../domain/hooks/create-hooks.ts';
import { createDiscordLinks } from '../domain/hooks/discord-links.ts';
import { createCandleExchange } from '../domain/market/candle-exchange.ts';
import { createDemand } from '../domain/market/demand.ts';
import { createMarket } from '../domain/market/market.ts';
import { createHoursOf, createMarketHours } from '../domain/market/market-hours.ts';
import { createQuoteBoard } from '../domain/market/quote-board.ts';
import { isFresh } from '../domain/market/staleness.ts';
import { createTrading } from '../domain/trading/create-trading.ts';
import { createExecutor } from '../domain/trading/execution/executor.ts';
import type { MarketView } from '../domain/trading/market-view.ts';
import { withQuoteFirst } from '../domain/trading/quote-first.ts';
import { followTradedSymbols } from '../domain/trading/traded-symbols.ts';
import type { Trading } from '../domain/trading/trading.ts';
import { tradingDay } from '../domain/trading/trading-day.ts';
import { createHttpApp } from '../http/app.ts';
import { createHttpServer } from '../http/server.ts';
import { systemClock } from '../lib/clock.ts';
import { createDisposer } from '../lib/disposer.ts';
import { assertPortIsFree, listenOn } from '../lib/port.ts';
import { createMetrics } from '../metrics/index.ts';
import type { Realtime } from '../realtime/server.ts';
import { createCluster } from './cluster.ts';
import { createMarketSource } from './market-source.ts';
import type { AppOverrides } from './overrides.ts';
import { openRealtime } from './realtime.ts';
import { createReporting, type Reporting } from './reporting.ts';
import { followStalls } from './stalls.ts';

export type { AppOverrides, PortWrappers } from './overrides.ts';

export interface App {
  /** Resolves when it listens and may take orders. Throws StartupError with a sentence a person can act on. */
  start(): Promise<{ url: string; port: number; demo: DemoAccount | null }>;
  /** Drains and closes everything in reverse; twice is once. */
  stop(): Promise<void>;
}

export async function createApp(config: Config, secrets: Secrets, overrides: AppOverrides): Promise<App> {
  const { log, clock = systemClock, wrap = {} } = overrides;
  const part = (name: string): Logger => log.child({ part: name });
  const replica = `replica-${randomBytes(3).toString('hex')}`;
  const metrics = createMetrics();
  const closing = createDisposer();
  const startedAt = clock.now();

  await assertPortIsFree(config.http.port, config.http.host);

  const hours = createMarketHours(config.market.hours);
  const hoursOf = createHoursOf(config.market.hours);
  const isOpen = (): boolean => hours.session(clock.now()) === 'regular';
  const source =
    overrides.marketSource ??
    createMarketSource({
      feed: config.market.feed,
      apiKey: secrets.massiveApiKey,
      clock,
      hours,
      log: part('feed'),
    });
  const { feed, instruments } = source;

  const generated =
    secrets.session && secrets.hook && !config.accounts.demoAccount
      ? null
      : await loadOrCreateSecrets(config.dataDir);
  const sessionSecrets = secrets.session ?? [generated!.sessionSecret];
  const hookSecrets = secrets.hook ?? [generated!.hookSecret];

  const database = await openDatabase({
    log: part('database'),
    onQuery: metrics.database.observe,
    ...(secrets.databaseUrl === null
      ? { dataDir: path.join(config.dataDir, 'database') }
      : { databaseUrl: secrets.databaseUrl }),
  });
  closing.add('database', () => database.close());
  const journal = wrapped(createJournal(database), wrap.journal);
  const ledger = wrapped(createLedger(database), wrap.ledger);
  const users = createUsers(database, {
    onCreate: (tx, user) => openAccount(tx, user.id, config.accounts.startingCash.toString()),
  });
  const sessions = createSessions(database, { clock });
  const sessionStore = createSessionStore(database);
  const watchlists = createWatchlists(database);
  const accounts = createAccounts({ users });

  let reporting: Reporting;
  const cluster = createCluster({
    config: config.cluster,
    redisUrl: secrets.redisUrl,
    databaseUrl: secrets.databaseUrl,
    database,
    replicas: () => reporting.replicas.count(),
    wrapLine: wrap.line,
    clock,
    log: part('cluster'),
  });
  const { limiter, connections } = cluster;
  const bus = wrapped(cluster.bus, wrap.bus);

  const lease = createDatabaseLease({ db: database, bus, replica, clock, log: part('lease') });

  const market = createMarket({
    feed,
    bus,
    clock,
    hours,
    log: part('market'),
    replica,
    flushIntervalMs: config.market.flushIntervalMs,
    current: lease.current,
    onLost: () => void lease.release({ standAside: true }),
  });
  const board = createQuoteBoard({
    newestLease: lease.newest,
    bus,
    clock,
    onMissed: () => demand.resync(),
  });
  const demand = createDemand({ bus, clock, replica });
  const candles = createCandleExchange({
    bus,
    clock,
    isEngine: () => lease.current() !== null,
    local: market.candles,
  });

  const view: MarketView = {
    knows: async (symbol) => (await instruments.get(symbol)) !== null,
    mayExist: (symbol) => instruments.knows(symbol) !== false,
    quote: board.get,
    isFresh: (quote) => isFresh(quote, clock.now()),
    isOpen: (symbol) => hoursOf(symbol).session(clock.now()) === 'regular',
    nextClose: (symbol) => timeOf(hoursOf(symbol).status(clock.now()).nextClose),
    tradingDay: () => tradingDay(clock.now()),
  };
  const quoted = withQuoteFirst(
    createTrading({ ledger, market: view, bus, clock, log: part('trading'), limits: config.trading }),
    { instruments, board, demand, clock },
  );
  const trading: Trading = {
    ...quoted,
    async place(command) {
      return metrics.trading.countOrder(quoted.place(command));
    },
  };
  const broker = wrapped(
    overrides.broker?.(view) ??
      createPaperBroker({
        market: view,
        clock,
        onQuotes: (listener) => board.onChange((quotes) => listener(quotes.map((quote) => quote.symbol))),
      }),
    wrap.broker,
  );
  const executor = createExecutor({
    lease,
    ledger,
    broker,
    bus,
    clock,
    log: part('executor'),
  });
  const pruner = createJournalPruner({
    db: database,
    clock,
    log: part('journal'),
    pruning: config.journal,
  });

  let starting: ReturnType<App['start']> | null = null;
  let stopping: Promise<void> | null = null;
  let realtime: Realtime;
  const isDraining = (): boolean => stopping !== null;
  reporting = createReporting({
    replica,
    version: VERSION,
    startedAt,
    bus,
    cluster,
    ledger,
    market,
    lease,
    executor,
    board,
    realtime: () => realtime,
    metrics,
    isDraining,
    clock,
  });
  const httpApp = createHttpApp(
    {
      accounts,
      sessions,
      sessionStore,
      trading,
      journal,
      watchlists,
      defaultWatchlist: source.featured,
      quotes: board,
      instruments,
      hours,
      candles: candles.candles,
      hooks: createHooks({ users, inbox: createHookInbox(database), trading, bus, clock }),
      discordLinks: createDiscordLinks({ store: createDiscordLinkStore(database), clock }),
      limiter,
      bus,
      demand,
      clock,
      log: part('http'),
      health: reporting.health,
      monitor: reporting.monitor,
      metricsText: reporting.metricsText,
      observe: metrics.http.observe,
    },
    {
      ...config.http,
      production: config.production,
      sessionSecrets,
      hookSecrets,
      metricsToken: secrets.metricsToken,
      dashboardDir: path.resolve(import.meta.dirname, '../../dashboard/dist'),
      feedSource: feed.source,
    },
  );
  const httpServer = createHttpServer(httpApp);
  realtime = openRealtime(
    {
      httpServer: httpServer.server,
      bus,
      sessions,
      connections,
      limiter,
      journal,
      trading,
      board,
      demand,
      instruments,
      adapter: cluster.adapter,
      othersServe: () =>
        reporting.replicas.all().some((one) => one.state === 'ok' && one.status.replica !== replica),
      marketStatus: () => hours.status(clock.now()),
      clock,
      metrics: metrics.realtime,
      log: part('realtime'),
    },
    {
      replica,
      ...config.realtime,
      sessionSecrets,
    },
  );

  const stalls = followStalls({
    board,
    demand,
    cluster,
    realtime: () => realtime,
    metrics,
    wrapWatch: wrap.stallWatch,
    clock,
    log: part('stalls'),
  });

  async function stop(): Promise<void> {
    // A start that is under way ends first: what it has yet to begin would never be stopped.
    await starting?.catch(() => {});
    await drain();
    await closing.dispose((name, error) =>
      log.error({ err: error, part: name }, 'a part did not close cleanly'),
    );
  }

  /** Nobody is cut off, and nothing comes in any more when the parts are stopped. */
  async function drain(): Promise<void> {
    httpServer.drain();
    await Promise.all([
      // Without Redis nobody could show the quotes of another engine here: ours stays to the end.
      secrets.redisUrl === null ? null : handOver({ market, executor, lease, clock }),
      realtime.drain(config.drainSeconds),
    ]);
    await httpServer.close();
  }

  async function start(): ReturnType<App['start']> {
    metrics.registry.watchProcess();
    // First of all the port: whoever cannot have it must not take the engine lease from somebody who runs.
    const { port, url } = await listenOn(httpServer.server, config.http.port, config.http.host);
    realtime.start();
    closing.add('sockets', () => realtime.stop());
    cluster.start();
    closing.add('cluster', () => cluster.stop());
    // What was published while the line was down, or on its way when it broke, has to be looked for.
    cluster.link.onChange((state) => {
      demand.resync();
      if (state === 'ok') realtime.resync();
    });
    await reporting.start();
    closing.add('reporting', () => reporting.stop());
    lease.onChange((fencing) => (fencing === null ? void market.stop() : market.start(fencing)));
    board.start();
    closing.add('board', () => board.stop());
    demand.start();
    closing.add('demand', () => demand.stop());
    candles.start();
    closing.add('candles', () => candles.stop());
    executor.start();
    closing.add('broker', () => broker.stop());
    closing.add('executor', () => executor.stop());
    closing.add('place upstream', market.follow());
    closing.add('market', () => market.stop());
    // Before the market can start: whatever is held is asked for before the first quote of anything arrives.
    closing.add('traded symbols', await followTradedSymbols({ ledger, demand, clock, log: part('market') }));
    await lease.start();
    closing.add('lease', () => handOver({ market, executor, lease, clock }));
    stalls.start();
    closing.add('stalls', () => stalls.stop());
    pruner.start();
    closing.add('journal pruner', () => pruner.stop());

    const demo =
      config.accounts.demoAccount && generated
        ? await openDemoAccount(
            { accounts, users, trading, featured: source.featured, isOpen, log: part('demo') },
            generated.demoPassword,
          )
        : null;
    return { port, url, demo };
  }

  return {
    start: () => (starting = start()),
    stop: () => (stopping ??= stop()),
  };
}

const VERSION: string = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8'),
).version;

const wrapped = <Port>(port: Port, wrap: ((port: Port) => Port) | undefined): Port => wrap?.(port) ?? port;

const timeOf = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
