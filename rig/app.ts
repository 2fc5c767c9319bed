import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { io } from 'socket.io-client';
import { type AppOverrides, createApp } from '../src/app/index.ts';
import { readConfig } from '../src/config/index.ts';
import type { UserPayload } from '../src/protocol/accounts.ts';
import type { PayloadOf, ServerEvent } from '../src/protocol/events.ts';
import type { ClientSocket } from './clients/ask.ts';
import { prepareDataDir } from './database/database.ts';
import { STEP_MS } from './patience.ts';
import { createScriptedMarket, type ScriptedMarket } from './stand-ins/scripted-market.ts';
import { until } from './wait.ts';

export { accepted, ask, askLoosely, type ClientSocket } from './clients/ask.ts';
export { until };

export const HOOK_SECRET = 'a-hook-secret-that-is-long-enough-for-tests';
export const SESSION_SECRET = 'a-session-secret-that-is-long-enough-for-tests';

export interface SignedIn {
  readonly user: UserPayload;
  readonly sessionID: string;
  /** Value for the Cookie header. */
  readonly cookie: string;
}

export interface Answer {
  readonly status: number;
  readonly body: { success?: boolean; data?: unknown; error?: string; code?: string } & Record<
    string,
    unknown
  >;
  readonly headers: Headers;
}

export interface TestApp {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly market: ScriptedMarket;
  request(
    method: string,
    route: string,
    options?: { body?: unknown; cookie?: string; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Signs and sends a hook. */
  hook(route: string, body: object): Promise<Answer>;
  /** A fresh user with a session. */
  signUp(username?: string): Promise<SignedIn>;
  /** A stock client of this session, connected. */
  connect(session: SignedIn, options?: object): Promise<ClientSocket>;
  /** The same without waiting; the test decides what should happen. */
  open(options: object): ClientSocket;
  /** Stops the service and keeps the data. */
  stop(): Promise<void>;
  /** Stops everything and removes the data. */
  close(): Promise<void>;
}

export interface TestAppOptions extends Partial<AppOverrides> {
  readonly env?: Record<string, string>;
  /** An earlier app's folder, to start again on its data. */
  readonly dataDir?: string;
  readonly market?: ScriptedMarket;
}

/** The real app on a free port with an embedded database, a market the test moves, and stock clients. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(os.tmpdir(), 'tradecast-test-')));
  if (!options.dataDir && !options.env?.DATABASE_URL) await prepareDataDir(dataDir);
  const market = options.market ?? createScriptedMarket();
  const { config, secrets } = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: dataDir,
    SESSION_SECRET,
    HOOK_SECRET,
    DEMO_ACCOUNT: 'false',
    FLUSH_INTERVAL_MS: '20',
    ...options.env,
  });
  const log = options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' });
  const app = await createApp(config, secrets, { marketSource: market, ...options, log });
  const { url, port } = await app.start();
  const sockets = new Set<ClientSocket>();

  const request: TestApp['request'] = async (method, route, { body, cookie, headers } = {}) => {
    const response = await fetch(url + route, {
      method,
      redirect: 'manual',
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(cookie !== undefined && { cookie }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: isJson ? JSON.parse(text) : { text }, headers: response.headers };
  };

  const open: TestApp['open'] = (clientOptions) => {
    const socket: ClientSocket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      ...clientOptions,
    });
    sockets.add(socket);
    return socket;
  };

  const stop = async (): Promise<void> => {
    await app.stop();
    for (const socket of sockets) socket.disconnect();
  };

  return {
    url,
    port,
    dataDir,
    market,
    request,
    async hook(route, body) {
      const text = JSON.stringify(body);
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', HOOK_SECRET).update(`${timestamp}.${text}`).digest('hex');
      return request('POST', route, {
        body: text,
        headers: { 'x-tradecast-timestamp': timestamp, 'x-tradecast-signature': `v1=${signature}` },
      });
    },
    async signUp(username = `user-${randomUUID().slice(0, 8)}`) {
      const answer = await request('POST', '/api/auth/register', {
        body: { username, password: 'correct horse battery' },
      });
      if (answer.status !== 201) throw new Error(`sign-up failed: ${JSON.stringify(answer.body)}`);
      const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      return { ...(answer.body.data as unknown as { user: UserPayload; sessionID: string }), cookie };
    },
    async connect(session, clientOptions = {}) {
      const socket = open({
        auth: { sessionID: session.sessionID, userId: session.user.id },
        ...clientOptions,
      });
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', () => resolve());
        socket.once('connect_error', reject);
      });
      return socket;
    },
    open,
    stop,
    async close() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The next `event` that satisfies `fits`; fails after a while, naming what it waited for. */
export function next<E extends ServerEvent>(
  socket: ClientSocket,
  event: E,
  fits: (payload: PayloadOf<E>) => boolean = () => true,
): Promise<PayloadOf<E>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.off(event, listener as never);
      reject(new Error(`no fitting ${event} within ${STEP_MS} ms`));
    }, STEP_MS);
    const listener = (payload: PayloadOf<E>): void => {
      if (!fits(payload)) return;
      clearTimeout(timer);
      socket.off(event, listener as never);
      resolve(payload);
    };
    socket.on(event, listener as never);
  });
}

/** Everything of these events from now on, in order of arrival. */
export function collect<E extends ServerEvent>(
  socket: ClientSocket,
  ...events: readonly E[]
): { [K in E]: { event: K; payload: PayloadOf<K> } }[E][] {
  const collected: { event: E; payload: PayloadOf<E> }[] = [];
  for (const event of events)
    socket.on(event, ((payload: PayloadOf<E>) => void collected.push({ event, payload })) as never);
  return collected;
}
