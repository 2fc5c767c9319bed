import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign } from 'cookie-signature';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { createLocalConnectionCounter } from '../../src/adapters/local/connection-counter.ts';
import { createPlaceSecrets } from '../../src/domain/accounts/place-secrets.ts';
import type { Sessions } from '../../src/domain/accounts/session.ts';
import { SESSION_COOKIE } from '../../src/domain/accounts/session-cookie.ts';
import type { Bus } from '../../src/domain/bus/bus.ts';
import type { RateLimiter } from '../../src/domain/limits/counters.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createEmitter } from '../../src/lib/emitter.ts';
import { createMetrics } from '../../src/metrics/index.ts';
import type { RealtimeMetrics } from '../../src/metrics/realtime.ts';
import { COMMANDS } from '../../src/protocol/events.ts';
import type { PlainMessage } from '../../src/protocol/plain.ts';
import { STOP_GRACE_MS, type TransportFactory } from '../../src/realtime/connections.ts';
import type { FeatureFactory } from '../../src/realtime/feature.ts';
import { tradesFeature } from '../../src/realtime/features/trades.ts';
import { watchlistFeature } from '../../src/realtime/features/watchlist.ts';
import type { PlainEndpointFactory } from '../../src/realtime/plain/endpoint.ts';
import { marketEndpoint } from '../../src/realtime/plain/market.ts';
import { createPlainSockets } from '../../src/realtime/plain/server.ts';
import { createRealtime, type Realtime } from '../../src/realtime/server.ts';
import { createSocketIo } from '../../src/realtime/socketio/server.ts';
import { createUpgradeRouter } from '../../src/realtime/upgrades.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.ts';
import { testUser } from './memory-peer.ts';
import { createMemoryTransport } from './memory-transport.ts';
import { connectPlain, type PlainClient } from './plain-client.ts';
import { openRaw } from './raw-client.ts';

/** Limits nothing. */
const FREE: RateLimiter = { consume: async () => ({ allowed: true, giveBack() {} }) };

/** Lets everybody in. */
export const OPEN_DOOR = {
  allowedOrigins: [],
  isAllowedOrigin: () => true,
  strangers: {
    callerOf: () => ({ address: '192.0.2.1', name: '192.0.2.1' }),
    refused: async () => {},
    refusalAtDoor: () => null,
  },
};

/** A client that can stop reading, whatever its transport. */
export interface LineClient {
  emit(event: string, payload?: unknown): void;
  /** The payloads of one event received so far. */
  payloads<T>(event: string): readonly T[];
  pause(): void;
  resume(): void;
  /** Resolves with the reason that the service gave for the end. */
  readonly closed: Promise<string>;
  leave(): void;
}

/** One way for clients to connect. */
interface TestTransport {
  /** Null for one that has none. */
  readonly port: number | null;
  readonly factory: TransportFactory;
  connect(sessionID: string): Promise<LineClient>;
  close(): Promise<void>;
}

async function socketIo(clock: Clock, metrics: ReturnType<typeof createMetrics>): Promise<TestTransport> {
  const httpServer = createServer();
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const { port } = httpServer.address() as AddressInfo;
  return {
    factory: createSocketIo({
      httpServer,
      adapter: null,
      ...OPEN_DOOR,
      sessionSecrets: () => [],
      clock,
      metrics: metrics.realtime,
      log: silentLog,
    }),
    port,
    async connect(sessionID) {
      const client = await openRaw(port, { sessionID });
      return {
        emit: (event, payload) => client.emit(event, ...(payload === undefined ? [] : [payload])),
        payloads: readOnce(client.messages),
        pause: client.pause,
        resume: client.resume,
        closed: client.closed.then(({ reason }) => reason),
        leave: () => client.ws.terminate(),
      };
    },
    close: async () => {},
  };
}

/** A stock `ws` client, spoken to in the names of the protocol. */
async function plain(
  clock: Clock,
  metrics: ReturnType<typeof createMetrics>,
  more: readonly PlainEndpointFactory[] = [],
): Promise<TestTransport> {
  const httpServer = createServer();
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const { port } = httpServer.address() as AddressInfo;
  const secret = 'a secret of the cookie';
  const closePort = (): void => void httpServer.close();
  return {
    factory: createPlainSockets({
      upgrades: createUpgradeRouter(httpServer, clock),
      endpoints: [marketEndpoint(clock), ...more],
      ...OPEN_DOOR,
      sessionSecrets: () => [secret],
      clock,
      metrics: metrics.realtime,
      log: silentLog,
    }),
    port,
    async connect(sessionID) {
      const cookie = `${SESSION_COOKIE}=${encodeURIComponent(`s:${sign(sessionID, secret)}`)}`;
      const { ws, ...client } = await connectPlain(port, { headers: { cookie } });
      return {
        emit(event, payload) {
          client.send({ type: event.replace(':watchlist', ''), symbols: payload });
        },
        payloads: readPlainOnce(client),
        pause: () => ws.pause(),
        resume: () => ws.resume(),
        closed: client.closed.then(({ reason }) => reason),
        leave: () => ws.terminate(),
      };
    },
    close: async () => closePort(),
  };
}

/** What the plain dialect says in place of an event, and where its payload is. */
const PLAIN_WORDS: Readonly<Record<string, PlainMessage['type']>> = {
  'quote:update': 'quote',
  'subscription:confirmed': 'subscribed',
  'unsubscription:confirmed': 'unsubscribed',
  'server:shutdown': 'server_shutdown',
};
const payloadOf = (message: PlainMessage): unknown => {
  if (message.type === 'quote') return message.data;
  return message.type === 'subscribed' ? { type: 'watchlist', symbols: message.symbols } : message;
};

/** Reads each message once, however often the test looks. */
function readPlainOnce({ messages }: Pick<PlainClient, 'messages'>): LineClient['payloads'] {
  const payloads = new Map<string, unknown[]>();
  return <T>(event: string) => {
    const type = PLAIN_WORDS[event];
    if (type === undefined) throw new Error(`the plain dialect has no words for ${event}`);
    const read = payloads.get(event) ?? [];
    payloads.set(event, read);
    for (const message of messages(type).slice(read.length)) read.push(payloadOf(message));
    return read as T[];
  };
}

/** Parses each Socket.IO event once, however often the test looks. */
function readOnce(messages: readonly string[]): LineClient['payloads'] {
  const payloads = new Map<string, unknown[]>();
  let read = 0;
  return <T>(event: string) => {
    for (; read < messages.length; read++) {
      if (!messages[read]!.startsWith('42')) continue;
      const [name, payload] = JSON.parse(messages[read]!.slice(2)) as [string, unknown];
      payloads.set(name, payloads.get(name) ?? []);
      payloads.get(name)!.push(payload);
    }
    return (payloads.get(event) ?? []) as T[];
  };
}

/** Transports whose dialect has the events of a journal, and those without. */
const WITH_EVENTS = {
  'Socket.IO': socketIo,
  memory: async () => ({ ...createMemoryTransport(), port: null, async close() {} }),
};
const TRANSPORTS = { ...WITH_EVENTS, 'plain WebSocket': plain };
export const TRANSPORT_NAMES = Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[];
export const EVENT_TRANSPORT_NAMES = Object.keys(WITH_EVENTS) as (keyof typeof WITH_EVENTS)[];

/** The realtime side alone, with an event lane in memory, a market that the test moves, and clients of one kind. */
export interface TestRealtime {
  /** Where a stock client reaches it; null where the transport has no port. */
  readonly port: number | null;
  readonly realtime: Realtime;
  readonly clock: ManualClock;
  readonly bus: Bus;
  readonly journal: MemoryJournal;
  /** Each session id `session-<user>` is that user's. */
  connect(userId: string): Promise<LineClient>;
  /** A new price for each of these symbols, in one message. */
  move(symbols: readonly string[], price: number): void;
  /** Quotes that a newer one replaced before a slow reader received them. */
  conflated(): number;
  /** At the last look. */
  queuedBytes(): number;
  close(): Promise<void>;
}

export async function startRealtime(
  kind: keyof typeof TRANSPORTS,
  plainEndpoints: (parts: {
    readonly clock: Clock;
    readonly metrics: RealtimeMetrics;
  }) => PlainEndpointFactory[] = () => [],
): Promise<TestRealtime> {
  const clock = createManualClock('2026-03-02T15:00:00.000Z');
  const metrics = createMetrics();
  const bus = createLocalBus(silentLog);
  const journal = createMemoryJournal(bus);
  const market = createMarket(clock);
  const transport = await TRANSPORTS[kind](
    clock,
    metrics,
    plainEndpoints({ clock, metrics: metrics.realtime }),
  );
  const realtime = createRealtime(
    {
      bus,
      journal,
      sessions,
      tokens: { redeem: async () => null },
      connections: createLocalConnectionCounter(100),
      placeSecrets: createPlaceSecrets(() => ['a secret of places']),
      limiter: FREE,
      features: withTheRest([
        watchlistFeature({ ...market, maxSymbols: 200 }),
        tradesFeature({ bus, journal }),
      ]),
      transports: [transport.factory],
      othersServe: () => false,
      clock,
      metrics: metrics.realtime,
      log: silentLog,
    },
    { replica: 'replica-test', maxConnectionsPerUser: 100, flushIntervalMs: 50 },
  );
  realtime.start();

  return {
    port: transport.port,
    realtime,
    clock,
    bus,
    journal,
    connect: (userId) => transport.connect(`session-${userId}`),
    move: market.move,
    conflated: () => metrics.realtime.totals().conflated,
    queuedBytes: metrics.realtime.queueBytes,
    async close() {
      const stopped = realtime.stop();
      // Clients that a test left paused are cut.
      clock.advance(STOP_GRACE_MS);
      await stopped;
      await transport.close();
    },
  };
}

/** Every session is valid. */
const sessions: Sessions = {
  find: async (sessionId) => ({
    user: testUser(sessionId.replace('session-', '')),
    expiresAt: Number.POSITIVE_INFINITY,
  }),
  findMany: async (ids) =>
    new Map(await Promise.all(ids.map(async (id) => [id, (await sessions.find(id))!] as const))),
  touch: async () => {},
};

/** Quotes that the test moves, and a demand that nobody serves. */
function createMarket(clock: Clock) {
  const quotes = new Map<string, Quote>();
  const changed = createEmitter<[readonly Quote[]]>();
  return {
    board: { get: (symbol: string) => quotes.get(symbol), onChange: changed.on },
    demand: { set() {}, resync() {} },
    instruments: { knows: () => true },
    move(symbols: readonly string[], price: number): void {
      const now = clock.now();
      const moved = symbols.map(
        (symbol): Quote => ({ symbol, price, volume: 0, sourceTime: now, receivedAt: now, state: 'live' }),
      );
      for (const quote of moved) quotes.set(quote.symbol, quote);
      changed.emit(moved);
    },
  };
}

/** These features, and one that refuses every command they do not handle: the service insists on a handler for each. */
function withTheRest(features: readonly FeatureFactory[]): FeatureFactory[] {
  const handled = new Set<string>();
  const noted = features.map(
    (create): FeatureFactory =>
      (core) => {
        const feature = create(core);
        for (const event of Object.keys(feature.handlers ?? {})) handled.add(event);
        return feature;
      },
  );
  const refused = () => {
    throw new Error('no feature of this test handles the command');
  };
  const rest: FeatureFactory = () => ({
    selections: { options: { add: refused, remove: refused } },
    handlers: Object.fromEntries(
      Object.keys(COMMANDS)
        .filter((event) => !handled.has(event))
        .map((event) => [event, refused]),
    ),
  });
  return [...noted, rest];
}
