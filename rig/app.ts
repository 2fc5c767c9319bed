import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { type AppOverrides, createApp } from '../src/app/index.ts';
import { readConfig } from '../src/config/index.ts';
import type { UserPayload } from '../src/protocol/accounts.ts';
import type {
  AnswerTo,
  ClientEvent,
  ClientToServerEvents,
  CommandArgs,
  ServerEvent,
  ServerToClientEvents,
} from '../src/protocol/events.ts';
import { prepareDataDir } from './database/database.ts';
import { STEP_MS } from './patience.ts';
import { createScriptedMarket, type ScriptedMarket } from './stand-ins/scripted-market.ts';
import { until } from './wait.ts';

export { until };

export const HOOK_SECRET = 'a-hook-secret-that-is-long-enough-for-tests';
export const SESSION_SECRET = 'a-session-secret-that-is-long-enough-for-tests';

export type ClientSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

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
  fits: (payload: Parameters<ServerToClientEvents[E]>[0]) => boolean = () => true,
): Promise<Parameters<ServerToClientEvents[E]>[0]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.off(event, listener as never);
      reject(new Error(`no fitting ${event} within ${STEP_MS} ms`));
    }, STEP_MS);
    const listener = (payload: Parameters<ServerToClientEvents[E]>[0]): void => {
      if (!fits(payload)) return;
      clearTimeout(timer);
      socket.off(event, listener as never);
      resolve(payload);
    };
    socket.on(event, listener as never);
  });
}

/** Everything of these events from now on, in order of arrival. */
export function collect(
  socket: ClientSocket,
  ...events: ServerEvent[]
): { event: ServerEvent; payload: never }[] {
  const collected: { event: ServerEvent; payload: never }[] = [];
  for (const event of events)
    socket.on(event, ((payload: never) => void collected.push({ event, payload })) as never);
  return collected;
}

/** Emits a command with an ack and resolves with the answer. */
export const ask = <E extends ClientEvent>(
  socket: ClientSocket,
  event: E,
  ...args: CommandArgs<E>
): Promise<AnswerTo<E>> => (socket as unknown as Socket).timeout(10_000).emitWithAck(event, ...args);

/** The content of an answer that must be a success. */
export function accepted<A extends { ok: boolean }>(answer: A): Extract<A, { ok: true }> {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer as Extract<A, { ok: true }>;
}

/** Emits whatever a client without our types may send, with an ack. */
export const askLoosely = (
  socket: ClientSocket,
  event: string,
  ...args: unknown[]
): Promise<Record<string, unknown>> =>
  (socket as unknown as Socket).timeout(STEP_MS).emitWithAck(event, ...args);
