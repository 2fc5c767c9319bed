import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { io } from 'socket.io-client';
import { startRedisServer } from '../../local/redis-server.ts';
import { type Replica, startReplica } from '../../local/replica.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { dataOf } from '../../rig/clients/http.ts';
import { createHttpClient, freshName, registerUser } from '../../rig/clients/http-client.ts';
import { createTestDatabase } from '../../rig/database/database.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET, SIGNAL_SECRETS } from '../../rig/secrets.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../rig/stand-ins/massive/stand-in.ts';
import type { StandInStream } from '../../rig/stand-ins/massive/stream.ts';
import { until } from '../../rig/wait.ts';
import type { WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import type { OrderPayload } from '../../src/protocol/orders.ts';
import type { QuotePayload } from '../../src/protocol/quotes.ts';

export const KEY = 'the key of the account';
export const SYMBOL = 'AAPL';

/** One process of the service. */
export interface Member extends Replica {
  /** As it names itself to the others. */
  readonly name: string;
  /** As its connections to the database are called. */
  readonly application: string;
}

/** What a stock client was shown of the one symbol. */
export interface Watcher {
  readonly quotes: { readonly at: number; readonly price: number; readonly state: QuotePayload['state'] }[];
  readonly connected: () => boolean;
  close(): void;
}

export interface Lease {
  readonly fencing: number;
  readonly holder: string | null;
}

/** Real processes of the service over a real Redis, a real Postgres and a stand-in of upstream that trades without end. */
export interface EngineCluster {
  readonly upstream: MassiveStandIn;
  readonly stream: StandInStream;
  readonly members: readonly Member[];
  lease(): Promise<Lease>;
  /** The member that holds the lease, and the others. */
  split(): Promise<{ holder: Member; others: readonly [Member, ...Member[]] }>;
  join(): Promise<Member>;
  /** It is gone and no longer counted. */
  forget(member: Member): void;
  watch(member: Member): Promise<Watcher>;
  /** Buys one share there and resolves when the order is filled. */
  buy(member: Member): Promise<void>;
  health(member: Member): Promise<WebSocketHealthPayload>;
  /** Messages with quotes that reached this member under the number of a former engine. */
  formerQuotes(member: Member): Promise<number>;
  /** Writes of this member to orders, fills, books, journal and lease since then. */
  writesOf(member: Member, since: number): Promise<unknown[]>;
  close(): Promise<void>;
}

const WATCHED_TABLES = ['orders', 'fills', 'positions', 'accounts', 'journal', 'leases'];
const NOTE_WRITERS = `CREATE TABLE writers (application text, what text, at timestamptz);
CREATE FUNCTION note_writer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO writers VALUES (current_setting('application_name'), TG_OP || ' ' || TG_TABLE_NAME, clock_timestamp());
  RETURN NULL; END $$;
${WATCHED_TABLES.map(
  (table) =>
    `CREATE TRIGGER note_writer AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION note_writer();`,
).join('\n')}`;

export async function startEngineCluster(replicas: number): Promise<EngineCluster> {
  const [redis, database, upstream, dataDir] = await Promise.all([
    startRedisServer(),
    createTestDatabase('postgres'),
    startMassiveStandIn(KEY),
    mkdtemp(path.join(os.tmpdir(), 'tradecast-engine-')),
  ]);
  await database.db.query(NOTE_WRITERS);
  upstream.behaviour.rest = ({ pathname }) => ({
    body: {
      status: 'OK',
      ...(pathname.includes('/reference/tickers') && {
        results: [{ ticker: SYMBOL, name: 'Apple Inc.', market: 'stocks', type: 'CS', active: true }],
      }),
    },
  });
  const stream = upstream.stream(50);
  const members: Member[] = [];
  const watchers: Watcher[] = [];
  let started = 0;

  const health = async ({ url }: Pick<Replica, 'url'>): Promise<WebSocketHealthPayload> =>
    (await (await fetch(`${url}/health/websocket`)).json()) as WebSocketHealthPayload;

  const join = async (): Promise<Member> => {
    started += 1;
    const application = `member-${started}`;
    const replica = await startReplica({
      env: {
        REDIS_URL: redis.url,
        DATABASE_URL: `${database.url}?application_name=${application}`,
        FEED: 'massive',
        MASSIVE_API_KEY: KEY,
        MASSIVE_WS_URL: upstream.wsUrl,
        MASSIVE_REST_URL: upstream.restUrl,
        MARKET_HOURS: 'always',
        DATA_DIR: path.join(dataDir, application),
        DEMO_ACCOUNT: 'false',
        DRAIN_SECONDS: '3',
        SESSION_SECRET,
        HOOK_SECRET,
        OPERATOR_SECRET,
        SIGNAL_SECRETS,
        DUPLICATE_WINDOW_SECONDS: '0',
        LOG_LEVEL: process.env.TEST_LOG ?? 'warn',
      },
      ...(process.env.TEST_LOG && { logFile: path.join(os.tmpdir(), `${application}.log`) }),
    });
    const member: Member = { ...replica, application, name: (await health(replica)).replica };
    members.push(member);
    return member;
  };
  await Promise.all(Array.from({ length: replicas }, join));

  const lease = async (): Promise<Lease> => {
    const [row] = await database.db.query<Lease>(
      "SELECT fencing, CASE WHEN expires_at > now() THEN holder END AS holder FROM leases WHERE name = 'engine'",
      [],
    );
    return row!;
  };

  return {
    upstream,
    stream,
    members,
    lease,
    join,
    health,
    async split() {
      const { holder } = await lease();
      const found = members.find(({ name }) => name === holder);
      const [first, ...rest] = members.filter(({ name }) => name !== holder);
      if (!found || !first) throw new Error(`the lease is held by ${holder}`);
      return { holder: found, others: [first, ...rest] };
    },
    forget(member) {
      members.splice(members.indexOf(member), 1);
    },
    async watch(member) {
      const { id, sessionID } = await registerUser(createHttpClient(member.url));
      const socket: ClientSocket = io(member.url, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        auth: { sessionID, userId: id },
      });
      const quotes: Watcher['quotes'] = [];
      socket.on('quote:update', ({ price, state }) => void quotes.push({ at: Date.now(), price, state }));
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', () => resolve());
        socket.once('connect_error', reject);
      });
      await ask(socket, 'subscribe:watchlist', [SYMBOL]);
      await until(() => quotes.at(-1)?.state === 'live', `a live quote at ${member.name}`);
      const watcher: Watcher = {
        quotes,
        connected: () => socket.connected,
        close: () => void socket.disconnect(),
      };
      watchers.push(watcher);
      return watcher;
    },
    async buy(member) {
      const client = createHttpClient(member.url);
      await registerUser(client);
      const order = { symbol: SYMBOL, side: 'buy', type: 'market', quantity: 1 };
      // Bid and ask died with the connection of the engine before: until a new quote is there, nothing is bought.
      const isPlaced = async (): Promise<boolean> => {
        const { status, body } = await client.post('/api/orders', order, { 'Idempotency-Key': freshName() });
        if (status === 201) return true;
        const words = JSON.stringify(body);
        if (/"(STALE_QUOTE|NO_QUOTE)"/.test(words)) return false;
        throw new Error(`${status} ${words}`);
      };
      await until(isPlaced, 'the order is accepted');
      const filled = async (): Promise<boolean> =>
        dataOf<OrderPayload[]>(await client.get('/api/orders?status=filled')).length === 1;
      await until(filled, 'the order is filled');
    },
    async formerQuotes({ url }) {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^tradecast_quotes_dropped_total\{reason="lease"\} (\d+)/m.exec(text)?.[1]);
    },
    writesOf: (member, since) =>
      database.db.query('SELECT what, at FROM writers WHERE application = $1 AND at > $2', [
        member.application,
        new Date(since),
      ]),
    async close() {
      for (const watcher of watchers) watcher.close();
      await Promise.all(
        members.map(async (member) => {
          member.wake();
          await member.kill();
        }),
      );
      await Promise.all([redis.stop(), database.close(), upstream.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
