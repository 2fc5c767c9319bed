import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { io } from 'socket.io-client';
import { type RedisServer, startRedisServer } from '../../../local/redis-server.ts';
import { type Replica, startReplica } from '../../../local/replica.ts';
import type { SignedIn } from '../../../rig/app.ts';
import { ask, type ClientSocket } from '../../../rig/clients/ask.ts';
import { sendHook, signHook } from '../../../rig/clients/hooks.ts';
import { createHttpClient, registerUser } from '../../../rig/clients/http-client.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET } from '../../../rig/secrets.ts';
import { until } from '../../../rig/wait.ts';
import type { OrderPlaceMessage } from '../../../src/protocol/orders.ts';

/** Real processes: a signal, a port and an exit code are what this is about. */
let redis: RedisServer;
let database: PostgresTestDatabase;
let dataDir: string;
const started: Replica[] = [];
const sockets: ClientSocket[] = [];

/** The last request is sent before it ends, on a busy machine too. */
const DRAIN_SECONDS = 6;
/** A deployment may ask a client to stay away for this long. */
const AWAY_MS = 5_000;

beforeAll(async () => {
  [redis, database] = await Promise.all([startRedisServer(), createTestDatabase('postgres')]);
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'tradecast-drain-'));
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await Promise.all(started.map((replica) => replica.kill()));
  await Promise.all([redis.stop(), database.close(), rm(dataDir, { recursive: true, force: true })]);
});

async function start(env: Record<string, string> = {}): Promise<Replica> {
  const replica = await startReplica({
    env: {
      NODE_ENV: 'development',
      LOG_LEVEL: 'warn',
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      SESSION_SECRET,
      HOOK_SECRET,
      OPERATOR_SECRET,
      DEMO_ACCOUNT: 'false',
      DRAIN_SECONDS: String(DRAIN_SECONDS),
      ...env,
    },
  });
  started.push(replica);
  return replica;
}

async function signUp(url: string): Promise<SignedIn> {
  const client = createHttpClient(url);
  const { id, username, sessionID } = await registerUser(client);
  const cookie = [...client.cookies].map((pair) => pair.join('=')).join('; ');
  return { user: { id, username, name: username, role: 'member', tier: 'STARTER' }, sessionID, cookie };
}

/** A stock client with a list of replicas: whenever one sends it away or refuses it, the next is tried. */
function openClient(urls: readonly string[], session: SignedIn) {
  const socket: ClientSocket = io(urls[0]!, {
    transports: ['websocket'],
    forceNew: true,
    auth: { sessionID: session.sessionID },
    reconnectionDelay: 200,
    reconnectionDelayMax: 1_000,
  });
  sockets.push(socket);
  const manager = socket.io as unknown as { uri: string };
  const seqs: number[] = [];
  const refusals: { code: string; retryable: boolean }[] = [];
  let turn = 0;
  let position: { epoch: string; after: number } | undefined;
  let followed = 0;
  const elsewhere = (): void => {
    turn += 1;
    manager.uri = urls[turn % urls.length]!;
  };
  socket.on('connect', async () => {
    const answer = await ask(socket, 'subscribe:trades', ...(position ? [position] : []));
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    if (position) expect(answer.recovered).toBe(true);
    else position = { epoch: String(answer.epoch), after: Number(answer.head) };
    followed += 1;
  });
  socket.on('disconnect', () => {
    elsewhere();
  });
  socket.on('connect_error', (error: Error & { data?: { code: string; retryable: boolean } }) => {
    elsewhere();
    if (!error.data) return;
    refusals.push(error.data);
    // After a refusal Socket.IO leaves it to us to try again.
    if (error.data.retryable) setTimeout(() => socket.connect(), 100).unref();
  });
  socket.on('trade:executed', ({ seq }) => {
    seqs.push(seq);
    if (position) position = { ...position, after: seq };
  });
  return { socket, seqs, refusals, followed: () => followed };
}

/** A hook whose body is on its way until `finish` is called. */
function slowHook(url: string, session: SignedIn, id: string) {
  const body = JSON.stringify(hookBody(session, id));
  const request = http.request(`${url}/hooks/trades`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      ...signHook(HOOK_SECRET, body),
    },
  });
  request.write(body.slice(0, 20));
  return async function finish(): Promise<http.IncomingMessage> {
    request.end(body.slice(20));
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    return response;
  };
}

const hookBody = (session: SignedIn, id: string) => ({
  eventId: id,
  userId: session.user.id,
  type: 'executed',
  trade: { id, symbol: 'AAPL', side: 'buy', quantity: 1, price: 100 },
});

describe('SIGTERM', () => {
  test('moves every client to the other replica without an event lost or told twice, while hooks arrive all the time', async () => {
    const [a, b] = [await start(), await start()];
    const users = await Promise.all(Array.from({ length: 8 }, () => signUp(a.url)));
    const clients = users.map((session) => openClient([a.url, b.url], session));
    await until(() => clients.every(({ followed }) => followed() === 1), 'all follow on the first replica');
    const notices = clients.map(({ socket }) => next(socket, 'server:shutdown'));

    // Goes where it was answered last, and elsewhere when an answer ends its connection, as a proxy does.
    const answers: { status: number; from: string; close: boolean }[] = [];
    const publish = async (session: SignedIn, isDone: () => boolean): Promise<number> => {
      let [target, sent] = [a.url, 0];
      for (; !isDone(); sent++) {
        const response = await sendHook(
          target,
          '/hooks/trades',
          hookBody(session, `${session.user.id}-${sent}`),
        );
        const close = response.headers.get('connection') === 'close';
        answers.push({ status: response.status, from: target, close });
        if (close) target = b.url;
        await pause(20);
      }
      return sent;
    };
    let done = false;
    const publishing = users.map((session) => publish(session, () => done));
    const finish = slowHook(a.url, users[0]!, 'slow');
    await until(() => answers.length > 40, 'hooks arrive');

    const stopped = a.stop();
    const from = Date.now();
    process.kill(a.pid, 'SIGTERM');
    await until(async () => (await fetch(`${a.url}/ready`)).status === 503, 'readiness is red');
    const late = openClient([a.url], users[1]!);
    await until(() => late.refusals.length > 0, 'a new connection is refused');
    late.socket.disconnect();
    expect(late.refusals[0]).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    const slow = await finish();
    expect([slow.statusCode, slow.headers.connection]).toEqual([202, 'close']);

    const told = (await Promise.all(notices)).map(({ reconnectInMs }) => reconnectInMs);
    expect(new Set(told).size).toBe(told.length);
    expect(Math.max(...told)).toBeLessThanOrEqual(AWAY_MS);
    expect(await stopped).toBe(0);
    expect(Date.now() - from).toBeGreaterThanOrEqual(DRAIN_SECONDS * 1_000 - 100);

    await until(() => clients.every(({ followed }) => followed() === 2), 'all follow on the other replica');
    done = true;
    const sent = await Promise.all(publishing);
    await until(
      () => clients.every(({ seqs }, index) => seqs.length >= sent[index]! + (index === 0 ? 1 : 0)),
      'everything sent has been heard',
    );
    clients.forEach(({ seqs }, index) => {
      const total = sent[index]! + (index === 0 ? 1 : 0);
      expect(seqs).toEqual(Array.from({ length: total }, (_, seq) => seq + 1));
    });
    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect(answers.filter(({ from: url, close }) => url === a.url && close).length).toBeGreaterThan(0);
  });

  test('without a drain time is orderly all the same: who is told, what has arrived is answered, exit 0', async () => {
    const replica = await start({ DRAIN_SECONDS: '0' });
    const session = await signUp(replica.url);
    const { socket } = openClient([replica.url], session);
    await next(socket, 'connected');
    const ends = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    const notice = next(socket, 'server:shutdown');

    const owner = new pg.Client(database.url);
    await owner.connect();
    await owner.query('BEGIN');
    await owner.query('SELECT cash FROM accounts WHERE user_id = $1 FOR UPDATE', [session.user.id]);
    const order = (clientOrderId: string): OrderPlaceMessage => ({
      clientOrderId,
      symbol: 'AAPL',
      side: 'buy',
      type: 'limit',
      quantity: 1,
      limitPrice: 1,
    });
    const bySocket = ask(socket, 'order:place', order('by-socket'));
    const byHttp = fetch(`${replica.url}/api/orders`, {
      method: 'POST',
      headers: { cookie: session.cookie, 'content-type': 'application/json' },
      body: JSON.stringify(order('by-http')),
    });
    const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await until(
      async () => (await database.db.query<{ count: number }>(waiting))[0]!.count > 0,
      'the orders wait for the account',
    );

    const stopped = replica.stop();
    await notice;
    await owner.query('COMMIT');
    await owner.end();
    // Refused by the price collar or accepted: either is an answer that was written down.
    expect(await bySocket).toMatchObject({ ok: expect.any(Boolean) });
    const answer = await byHttp;
    expect([201, 422]).toContain(answer.status);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await ends).toBe('transport close');
    expect(await stopped).toBe(0);
    const rows = await database.db.query('SELECT id FROM orders WHERE user_id = $1', [session.user.id]);
    expect(rows).toHaveLength(2);
  });
});
