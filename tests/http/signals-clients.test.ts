import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type WebSocket, WebSocketServer } from 'ws';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { sendSignal } from '../../rig/clients/hooks.ts';
import { PASSWORD } from '../../rig/clients/http-client.ts';
import { startTcpProxy, type TcpProxy } from '../../rig/stand-ins/tcp-proxy.ts';
import { until } from '../../rig/wait.ts';
import { PYTHON_PACKAGES } from '../../scripts/setup/python.mjs';
import type { Tier } from '../../src/protocol/tier.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(repository, 'docs/signals.md'), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? '';
const CLIENTS = [
  { language: 'js', name: 'read-signals.mjs', command: process.execPath },
  { language: 'python', name: 'read_signals.py', command: 'python3' },
] as const;

let app: TestApp;
/** The line between the clients and the service. */
let line: TcpProxy;
let folder: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMITS: 'connect=1000/60' } });
  line = await startTcpProxy(app.port);
  folder = await mkdtemp(path.join(tmpdir(), 'signals-clients-'));
  await symlink(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  for (const { language, name } of CLIENTS) {
    expect([name, page.includes(`\`${name}\``), blockOf(language)]).toEqual([name, true, expect.any(String)]);
    await writeFile(path.join(folder, name), blockOf(language));
  }
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});
afterAll(async () => {
  await line.close();
  await app.close();
  await rm(folder, { recursive: true });
});

interface PostedSignal {
  readonly id: string;
  readonly revision: number;
  readonly price: number;
  readonly premium: boolean;
}
type Client = (typeof CLIENTS)[number];
interface Run {
  /** What it printed: a line for each signal. */
  lines(): readonly string[];
  /** The ids of the signals that it printed, in order, with their revisions from the second on. */
  ids(): readonly string[];
  /** What else it said. */
  said(): string;
  readonly exit: Promise<number | null>;
}

/** Runs a client as a reader of the page would; it tries again after 20 ms, not 3 s, where nothing else is told. */
function start({ command, name }: Client, username: string, env: Record<string, string> = {}): Run {
  const child = spawn(command, [path.join(folder, name)], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TRADECAST_URL: `http://127.0.0.1:${line.port}`,
      TRADECAST_USER: username,
      TRADECAST_PASSWORD: PASSWORD,
      RECONNECT_INTERVAL: '20',
      MAX_RECONNECT_INTERVAL: '40',
      PYTHONPATH: PYTHON_PACKAGES,
      PYTHONDONTWRITEBYTECODE: '1',
      ...env,
    },
  });
  running.push(child);
  let [out, said] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    said += text;
  });
  const lines = () => out.split('\n').slice(0, -1);
  return {
    lines,
    ids: () =>
      lines().map((text) => {
        const [, id, revision] = /^\w+ \d+ \w+ (\S+) (\d+): /.exec(text) ?? [];
        return revision === '1' ? id! : `${id} ${revision}`;
      }),
    said: () => said,
    exit: once(child, 'close').then(([code]) => code),
  };
}
const connections = (run: Run, tier: Tier): number => run.said().split(`Connected as ${tier}`).length - 1;
const connected = (run: Run, tier: Tier, times = 1): Promise<void> =>
  until(() => connections(run, tier) >= times, `connected as ${tier}: ${run.said()}`);
const waits = (run: Run): number[] =>
  [...run.said().matchAll(/Trying again in (\d+) ms/g)].map(([, wait]) => Number(wait));

async function signUp(tier: Tier = 'STARTER'): Promise<SignedIn> {
  const who = await app.signUp();
  if (tier !== 'STARTER') await setTier(who, tier);
  return who;
}
async function setTier(who: SignedIn, tier: Tier): Promise<void> {
  const change = { eventId: randomUUID(), userId: who.user.id, tier };
  expect((await app.hook('/hooks/tier', change)).status).toBe(202);
}
async function send(given: Partial<PostedSignal> = {}): Promise<string> {
  const signal = {
    id: randomUUID(),
    symbol: 'AAPL',
    action: 'buy',
    premium: false,
    source: 'momentum' as const,
    timestamp: new Date().toISOString(),
    ...given,
  };
  expect((await sendSignal(app.url, signal)).status).toBe(202);
  return signal.id;
}

describe.each(CLIENTS)('the client in $language', (client) => {
  test('prints each signal once and in order, though its line is cut twice and the service restarts', async () => {
    const { user } = await signUp('PROFESSIONAL');
    const run = start(client, user.username);
    await connected(run, 'PROFESSIONAL');
    const sent = [await send({ price: 187.25 })];
    await until(() => run.lines().length === 1, 'the first has arrived');
    expect(run.lines()[0]).toMatch(new RegExp(`^free \\d+ momentum ${sent[0]} 1: buy AAPL at 187.25$`));
    for (let cuts = 1; cuts <= 2; cuts++) {
      line.cut();
      sent.push(
        await send(),
        await send({ id: sent[0], revision: cuts + 1 }).then((id) => `${id} ${cuts + 1}`),
      );
      line.heal();
      await connected(run, 'PROFESSIONAL', cuts + 1);
      sent.push(await send());
      await until(() => run.ids().length === sent.length, 'all have arrived');
    }
    expect(run.ids()).toEqual(sent);

    const { dataDir, port } = app;
    await app.stop();
    app = await startApp({
      dataDir,
      env: { PORT: String(port), RATE_LIMITS: 'connect=1000/60' },
    });
    sent.push(await send(), await send());
    await until(() => run.ids().length === sent.length, `all have arrived: ${run.said()}`);
    expect(run.ids()).toEqual(sent);
    expect(Math.max(...waits(run))).toBeGreaterThan(40);
  });

  test('reads premium signals from a rise of the tier on, also those of a time without a line', async () => {
    const who = await signUp();
    const run = start(client, who.user.username);
    await connected(run, 'STARTER');
    await send({ premium: true });
    const open = await send();
    await until(() => run.ids().length === 1, 'the free one has arrived');
    await setTier(who, 'PROFESSIONAL');
    await connected(run, 'PROFESSIONAL');
    line.cut();
    const missed = await send({ premium: true });
    line.heal();
    await until(() => run.ids().length === 2, 'the premium one has arrived');
    await setTier(who, 'STARTER');
    await connected(run, 'STARTER', 2);
    await send({ premium: true });
    const last = await send();
    await until(() => run.ids().at(-1) === last, 'the last free one has arrived');
    expect(run.ids()).toEqual([open, missed, last]);
  });

  test('signs in again where its session has ended, and goes on from where it was', async () => {
    const who = await signUp();
    const run = start(client, who.user.username);
    await connected(run, 'STARTER');
    line.cut();
    const missed = await send();
    const change = (currentPassword: string, newPassword: string) =>
      app.request('POST', '/api/auth/password', {
        cookie: who.cookie,
        body: { currentPassword, newPassword },
      });
    const answers = [await change(PASSWORD, `${PASSWORD}-2`), await change(`${PASSWORD}-2`, PASSWORD)];
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    line.heal();
    await until(() => run.ids().length === 1, `it has arrived: ${run.said()}`);
    expect(run.ids()).toEqual([missed]);
  });

  test('stops where its user is banned, and where the password is refused', async () => {
    const who = await signUp();
    const run = start(client, who.user.username);
    await connected(run, 'STARTER');
    await app.hook('/hooks/ban', { eventId: randomUUID(), userId: who.user.id, banned: true });
    expect(await run.exit).toBe(1);
    const other = await signUp();
    const wrong = start(client, other.user.username, { TRADECAST_PASSWORD: 'another password' });
    expect(await wrong.exit).toBe(1);
    expect(waits(wrong)).toEqual([]);
  });

  test('waits twice as long after each failed try, up to the longest wait, and has the defaults of the page', async () => {
    line.cut();
    const run = start(client, 'nobody', { RECONNECT_INTERVAL: '3', MAX_RECONNECT_INTERVAL: '30' });
    await until(() => waits(run).length >= 6, 'six tries have failed');
    expect(waits(run).slice(0, 6)).toEqual([3, 6, 12, 24, 30, 30]);
    line.heal();
    for (const [name, value] of [
      ['RECONNECT_INTERVAL', 3_000],
      ['MAX_RECONNECT_INTERVAL', 30_000],
    ] as const) {
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| .*: ${value} \\|$`, 'm'));
      const inCode = new RegExp(`env(?:\\.${name} \\?\\? |iron\\.get\\("${name}", )${value}\\)`);
      expect(blockOf(client.language)).toMatch(inCode);
    }
  });
});

/** A service that says to each connection what the test wants, and hears its messages. */
async function scripted(connections: ((socket: WebSocket, message: object | null) => void)[]) {
  const server = createServer((request, response) => {
    request.resume();
    const data = request.url === '/api/auth/token' ? { token: 'token' } : {};
    response.setHeader('Set-Cookie', 'tradecast.sid=1; Path=/');
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ success: true, data }));
  });
  const sockets = new WebSocketServer({ server });
  let next = 0;
  sockets.on('connection', (socket) => {
    const say = connections[Math.min(next++, connections.length - 1)]!;
    socket.on('message', (text) => say(socket, JSON.parse(String(text))));
    say(socket, null);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
const tell = (socket: WebSocket, ...messages: object[]): void => {
  for (const message of messages) socket.send(JSON.stringify(message));
};
const signal = (stream: string, seq: number, epoch = 'e') => ({
  type: 'signal',
  data: { id: `${stream}-${seq}`, revision: 1, symbol: 'AAPL', action: 'buy', source: 'momentum', epoch },
  stream,
  seq,
});

describe.each(CLIENTS)('the client in $language, told by a service', (client) => {
  test('when to come back, waits so long, and longest after a flood', async () => {
    const service = await scripted([
      (socket) => socket.close(4429),
      (socket) => {
        tell(socket, { type: 'error', code: 'UNAVAILABLE', message: 'Not now', retryAfterMs: 7 });
        socket.close(1013);
      },
      (socket) => {
        tell(socket, { type: 'server_shutdown', reconnectInMs: 9 });
        socket.close(1012);
      },
      (socket) => socket.terminate(),
    ]);
    const run = start(client, 'ada', { TRADECAST_URL: service.url, MAX_RECONNECT_INTERVAL: '50' });
    await until(() => waits(run).length >= 4, `four connections have ended: ${run.said()}`);
    expect(waits(run).slice(0, 4)).toEqual([50, 7, 9, 50]);
    await service.close();
  });

  test('what comes live before the missed ones, prints it in its turn; where none can be had, it says so', async () => {
    const streams = { free: { epoch: 'e', head: 5 }, premium: { epoch: 'new', head: 0 } };
    const resumed: object[] = [];
    const service = await scripted([
      (socket, message) => {
        if (message === null) {
          tell(socket, {
            type: 'connected',
            tier: 'INSTITUTIONAL',
            streams: { ...streams, premium: { epoch: 'e', head: 8 } },
          });
          return;
        }
        tell(socket, { type: 'recovered', streams: { free: true, premium: true } }, signal('free', 6));
        socket.close(1012);
      },
      (socket, message) => {
        if (message === null) {
          tell(
            socket,
            { type: 'connected', tier: 'INSTITUTIONAL', streams },
            signal('free', 8),
            signal('premium', 1, 'new'),
          );
          return;
        }
        resumed.push(message);
        tell(socket, { type: 'recovered', streams: { free: true, premium: false } });
        tell(socket, signal('free', 7), signal('free', 8), signal('free', 9), { type: 'of a later release' });
        tell(socket, signal('premium', 2, 'new'));
      },
    ]);
    const run = start(client, 'ada', { TRADECAST_URL: service.url });
    await until(() => run.ids().includes('premium-2'), `all have arrived: ${run.said()}`);
    expect(run.ids()).toEqual(['free-6', 'premium-1', 'free-7', 'free-8', 'free-9', 'premium-2']);
    expect(resumed).toEqual([
      { type: 'resume', positions: { free: { epoch: 'e', after: 6 }, premium: { epoch: 'e', after: 8 } } },
    ]);
    expect(run.said()).toContain('Earlier signals of premium are to be had from GET /api/signals only');
    await service.close();
  });

  test('that the tier has changed, reads the old connection on beside the new one: no signal is left out', async () => {
    let old: WebSocket | undefined;
    const service = await scripted([
      (socket, message) => {
        if (message === null)
          tell(socket, { type: 'connected', tier: 'STARTER', streams: { free: { epoch: 'e', head: 0 } } });
        else {
          old = socket;
          tell(socket, { type: 'recovered', streams: { free: true } }, { type: 'tier_changed' });
        }
      },
      (socket, message) => {
        const heads = { free: { epoch: 'e', head: 1 }, premium: { epoch: 'e', head: 2 } };
        if (message === null) {
          // Premium began at number 0 on the old connection, before the new one read its head.
          tell(old!, signal('premium', 1), signal('free', 1));
          tell(socket, { type: 'connected', tier: 'PROFESSIONAL', streams: heads });
        } else {
          tell(socket, { type: 'recovered', streams: { free: true, premium: true } });
          // The new one counts it as earlier; it was still on its way to the old one.
          tell(old!, signal('premium', 2));
          tell(socket, signal('premium', 3));
        }
      },
    ]);
    const run = start(client, 'ada', { TRADECAST_URL: service.url });
    await until(() => run.ids().length >= 4, `all have arrived: ${run.said()}`);
    expect([...run.ids()].sort()).toEqual(['free-1', 'premium-1', 'premium-2', 'premium-3']);
    await service.close();
  });
});
