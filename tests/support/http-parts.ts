import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import session from 'express-session';
import { PASSWORD } from '../../rig/clients/http-client.ts';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { createLocalRateLimiter } from '../../src/adapters/local/rate-limiter.ts';
import type { ActiveSession } from '../../src/domain/accounts/session.ts';
import type { User } from '../../src/domain/accounts/user.ts';
import { createHttpApp } from '../../src/http/app.ts';
import type { HttpOptions, HttpParts, ServedRequest } from '../../src/http/parts.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { TradecastError } from '../../src/protocol/errors.ts';
import { HTTP_RATE_LIMITS } from '../../src/protocol/limits.ts';

export const SESSION_SECRET = 'a session secret of 32 characters';
export const HOOK_SECRET = 'a hook secret with 32 characters.';
const OPERATOR_SECRET = 'an operator secret of 32 letters.';

const options: HttpOptions = {
  production: false,
  keys: {
    session: () => [SESSION_SECRET],
    hook: () => [HOOK_SECRET],
    operator: () => [OPERATOR_SECRET],
    signal: () => [],
  },
  allowedOrigins: ['https://app.example.com'],
  registrationOpen: true,
  trustProxy: 0,
  metricsToken: null,
  dashboardDir: null,
  feedSource: 'simulated',
};

/** What no test of this kind reaches; reaching it fails the test with a 500. */
const unreached = (): never => {
  throw new Error('this test does not reach this port');
};

/** The express app alone on a free port, with users and sessions in memory: for what needs no database. */
export async function startHttpApp(
  given: { parts?: Partial<HttpParts>; options?: Partial<HttpOptions> } = {},
): Promise<{ url: string; served: ServedRequest[]; sessionReads: () => number; stop(): Promise<void> }> {
  const users = new Map<string, User>();
  const store = new session.MemoryStore();
  let sessionReads = 0;
  const readRow = store.get.bind(store);
  store.get = (id, done) => {
    sessionReads += 1;
    readRow(id, done);
  };
  const served: ServedRequest[] = [];
  const parts: HttpParts = {
    accounts: {
      async register({ username, name }) {
        const user: User = {
          id: randomUUID(),
          username,
          name: name ?? username,
          role: 'member',
          tier: 'STARTER',
          banned: false,
        };
        users.set(username, user);
        return user;
      },
      changePassword: unreached,
      async login({ username, password }, { begin }) {
        const user = users.get(username);
        if (!user || password !== PASSWORD)
          throw new TradecastError('INVALID_CREDENTIALS', 'Wrong name or password.');
        return begin(user);
      },
    },
    sessions: {
      find: (id) =>
        new Promise<ActiveSession | null>((resolve, reject) =>
          store.get(id, (error, row) => {
            const user = [...users.values()].find((candidate) => candidate.id === row?.userId);
            if (error) reject(error);
            else resolve(user ? { user, expiresAt: Date.now() + 1_000 } : null);
          }),
        ),
    },
    tokens: { issue: unreached },
    sessionStore: store,
    trading: {
      place: unreached,
      cancel: unreached,
      orders: unreached,
      portfolio: unreached,
      holdings: unreached,
      mark: unreached,
    },
    journal: { head: unreached, heads: unreached, readAfter: unreached, endEpoch: unreached },
    watchlists: { find: unreached, save: unreached },
    quotes: { get: () => undefined },
    defaultWatchlist: async () => ['AAPL', 'MSFT'],
    instruments: { get: async () => null, knows: () => false, search: unreached },
    hours: { status: unreached, session: unreached },
    history: { bars: unreached },
    totals: { heaviest: () => [], day: () => null, isFlowing: () => false, scope: () => null },
    sumsStore: { symbolDay: unreached },
    marketQuotes: { quote: unreached, snapshot: unreached, stateOf: unreached },
    candles: async () => [],
    contracts: {
      demand: { set() {} },
      candles: async () => [],
      quotes: {
        chain: unreached,
        expirations: unreached,
        check: unreached,
        quote: unreached,
        snapshot: unreached,
        stateOf: unreached,
      },
      history: { bars: unreached },
      listing: { unlisted: unreached },
      marketTime: () => Date.now(),
    },
    hooks: {
      trade: unreached,
      portfolio: unreached,
      order: unreached,
      discordLink: unreached,
      halt: unreached,
      position: unreached,
      ban: unreached,
      role: unreached,
      tier: unreached,
    },
    signals: { accept: unreached },
    signalLog: { list: unreached },
    deliveryLog: { list: unreached },
    trackRecord: unreached,
    signalCensus: { count: unreached },
    discordLinks: { issue: unreached, find: unreached, unlink: unreached },
    limiter: createLocalRateLimiter(HTTP_RATE_LIMITS),
    bus: createLocalBus(silentLog),
    demand: { set() {} },
    clock: systemClock,
    log: silentLog,
    health: { readiness: unreached, websocket: unreached },
    monitor: unreached,
    metricsText: async () => 'tradecast_connections 0\n',
    observe: (request) => void served.push(request),
    countSignal: unreached,
    ...given.parts,
  };
  // A test that computes for seconds must not find its connection closed.
  const server = createServer(
    { keepAliveTimeout: 0 },
    createHttpApp(parts, { ...options, ...given.options }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    served,
    sessionReads: () => sessionReads,
    stop: () => stop(server),
  };
}

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
