import pg from 'pg';
import type { RelayChannel } from '../../domain/bus/relay-channel.ts';
import { createBackoff } from '../../lib/backoff.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Database } from '../sql/database.ts';
import type { PostgresConnection } from './connection.ts';

/** Postgres refuses a payload of 8,000 bytes or more. */
const MAX_PAYLOAD_BYTES = 7_900;
const CONNECT_TIMEOUT_MS = 3_000;
/** A connection that only listens does not notice that the other end is gone, so it asks this often. */
const ASK_INTERVAL_MS = 5_000;
const ANSWER_TIMEOUT_MS = 3_000;
const RETRY = { baseMs: 250, capMs: 2_000 };

export interface NotifyChannelOptions {
  /** Of the same database as `db`. Behind a pooler in transaction mode nothing arrives: LISTEN needs a session. */
  readonly connection: PostgresConnection;
  readonly db: Database;
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The relay's channel over LISTEN and NOTIFY. The listening connection reconnects by itself. */
export function createNotifyChannel({
  connection,
  db,
  name,
  clock,
  log,
}: NotifyChannelOptions): RelayChannel {
  const backoff = createBackoff(RETRY);
  let receive: (text: string) => void = () => {};
  let client: pg.Client | null = null;
  let cancelRetry: Cancel = () => {};
  let stopAsking: Cancel = () => {};
  let stopped = true;

  function listen(): void {
    const made = new pg.Client({
      ...connection.config(),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'tradecast relay',
    });
    client = made;
    const lose = (error?: Error): void => {
      if (client !== made) return;
      client = null;
      close(made);
      if (stopped) return;
      connection.learn(error);
      log.debug({ err: error }, 'the relay lost its listening connection to the database');
      cancelRetry = clock.after(backoff.next(), listen);
    };
    // This listener stays for the life of the connection: an error without one would end the process.
    made.on('error', lose);
    made.on('end', () => lose());
    made.on('notification', ({ payload }) => receive(payload ?? ''));
    made
      .connect()
      .then(() => made.query(`LISTEN ${pg.escapeIdentifier(name)}`))
      .then(() => backoff.reset(), lose);
  }

  function ask(): void {
    const asked = client;
    asked?.query('SELECT 1').catch((error: Error) => asked.emit('error', error));
  }

  return {
    maxBytes: MAX_PAYLOAD_BYTES,
    async send(texts) {
      await db.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [name, texts]);
    },
    onText(listener) {
      receive = listener;
    },
    start() {
      if (!stopped) return;
      stopped = false;
      listen();
      stopAsking = clock.every(ASK_INTERVAL_MS, ask);
    },
    stop() {
      stopped = true;
      cancelRetry();
      stopAsking();
      if (client) close(client);
      client = null;
    },
  };
}

/** Without waiting: a hung database does not answer. */
function close(client: pg.Client): void {
  client.end().catch(() => {});
}
