import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { type AppOverrides, createApp } from '../src/app/index.ts';
import { readConfig } from '../src/config/index.ts';
import type { UserPayload } from '../src/protocol/accounts.ts';
import type { ClientSocket } from './clients/ask.ts';
import { sendHook } from './clients/hooks.ts';
import { sendHttp } from './clients/http.ts';
import { PASSWORD } from './clients/http-client.ts';
import { type ClientOptions, connected, openSocket } from './clients/stock-client.ts';
import { prepareDataDir } from './database/database.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET, SIGNAL_SECRETS } from './secrets.ts';
import { createScriptedMarket, type ScriptedMarket } from './stand-ins/scripted-market.ts';

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
  connect(session: SignedIn, options?: ClientOptions): Promise<ClientSocket>;
  /** The same without waiting; the test decides what should happen. */
  open(options: ClientOptions): ClientSocket;
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
    OPERATOR_SECRET,
    SIGNAL_SECRETS,
    DEMO_ACCOUNT: 'false',
    FLUSH_INTERVAL_MS: '20',
    // A test says by itself which symbols are wanted upstream: no featured ones are.
    DARKPOOL_SYMBOLS: '*',
    ...options.env,
  });
  const log = options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' });
  const app = createApp(config, secrets, { marketSource: market, ...options, log });
  const { url, port } = await app.start();
  const sockets = new Set<ClientSocket>();

  const request: TestApp['request'] = async (method, route, { body, cookie, headers } = {}) =>
    toAnswer(
      await sendHttp(url, method, route, {
        body,
        headers: { ...(cookie !== undefined && { cookie }), ...headers },
      }),
    );

  const open: TestApp['open'] = (clientOptions) => {
    const socket = openSocket(url, clientOptions);
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
    hook: async (route, body) => toAnswer(await sendHook(url, route, body)),
    async signUp(username = `user-${randomUUID().slice(0, 8)}`) {
      const answer = await request('POST', '/api/auth/register', {
        body: { username, password: PASSWORD },
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
      await connected(socket);
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

function toAnswer({ status, headers, body }: Awaited<ReturnType<typeof sendHttp>>): Answer {
  return { status, headers, body: typeof body === 'string' ? { text: body } : (body as Answer['body']) };
}
