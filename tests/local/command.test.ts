import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { childrenOf, isAlive } from '../../local/server-process.ts';
import { signHook } from '../../rig/clients/hooks.ts';
import { dataOf } from '../../rig/clients/http.ts';
import { createHttpClient, type HttpClient } from '../../rig/clients/http-client.ts';
import { readRepoFile, repoRoot } from '../../rig/source-files.ts';
import { until } from '../../rig/wait.ts';

/** A first start on a busy machine: initdb, migrations, three replicas. */

const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tradecast-command-'));
let program: ChildProcess;
let output = '';
let url: string;
let http: HttpClient;

/** What `npm run cluster` runs once it has set up. */
function runCluster(): ChildProcess {
  const { scripts } = JSON.parse(readRepoFile('package.json')) as { scripts: { cluster: string } };
  const [, ...args] = scripts.cluster.split(' ');
  const { NODE_OPTIONS: _ofJest, ...inherited } = process.env;
  return spawn(process.execPath, args, {
    cwd: repoRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, NODE_ENV: 'development', PORT: '0', DATA_DIR: dataDir, DRAIN_SECONDS: '1' },
  });
}

/** Process ids that the program has named, by part; the newest last. */
const pidsOf = (part: string): number[] =>
  [...output.matchAll(new RegExp(`${part} .*\\bpid:? (\\d+)(?!.*has ended)`, 'g'))].map((match) =>
    Number(match[1]),
  );

beforeAll(async () => {
  program = runCluster();
  for (const stream of [program.stdout!, program.stderr!]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  await until(() => /Ctrl-C/.test(output) || program.exitCode !== null, 'the cluster has started');
  url = /running at (\S+)/.exec(output)?.[1] ?? `nowhere:\n${output}`;
  http = createHttpClient(url);
});

afterAll(async () => {
  program.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

test('the dashboard and the demo account are there, through the front', async () => {
  expect((await http.get('/')).body).toContain('<div id="root">');
  const password = /user name demo, password (\S+)/.exec(output)?.[1];
  const { user } = dataOf<{ user: { username: string } }>(
    await http.post('/api/auth/login', { username: 'demo', password }),
  );
  expect(user.username).toBe('demo');
  await until(async () => {
    const portfolio = dataOf<{ positions: unknown[] }>(await http.get('/api/portfolio'));
    return portfolio.positions.length === 4;
  }, 'the demo account owns what it began with');
});

test('a second start says in a sentence what it would share', async () => {
  const second = runCluster();
  const [complaint, [code]] = await Promise.all([second.stderr!.toArray(), once(second, 'exit')]);
  expect(code).toBe(1);
  expect(complaint.join('').trim()).toBe(
    `Another process is using the database in ${path.join(dataDir, 'cluster')}. Stop it first, or set DATA_DIR to another folder.`,
  );
});

test('who was on a replica that is killed comes back through another and has what was reported meanwhile', async () => {
  const { user, sessionID } = dataOf<{ user: { id: string }; sessionID: string }>(
    await http.get('/api/auth/session'),
  );
  const socket: Socket = io(url, { transports: ['websocket'], auth: { sessionID }, reconnectionDelay: 200 });
  try {
    const { replica } = await new Promise<{ replica: string }>((resolve) =>
      socket.once('connected', resolve),
    );
    const { epoch, head } = await socket.emitWithAck('subscribe:trades');
    const killed = await partOf(replica);
    const told: string[] = [];
    socket.on('trade:executed', ({ id }: { id: string }) => told.push(id));
    const back = new Promise<{ replica: string }>((resolve) => socket.once('connected', resolve));

    process.kill(pidsOf(killed).at(-1)!, 'SIGKILL');
    await once(socket as never, 'disconnect');
    await report(user.id, 'while-away');
    expect((await back).replica).not.toBe(replica);
    expect(await socket.emitWithAck('subscribe:trades', { epoch, after: head })).toMatchObject({
      recovered: true,
    });
    await until(() => told.length > 0, 'the missed trade');
    expect(told).toEqual(['while-away']);
    await until(() => pidsOf(killed).length === 2, `${killed} is started again`);
    expect(output).toMatch(new RegExp(`${killed} \\(pid \\d+\\) has ended; it is started again`));
  } finally {
    socket.disconnect();
  }
});

test('SIGHUP replaces the replicas one after the other, and there is always one that answers', async () => {
  const before = pidsOf('replica \\d');
  program.kill('SIGHUP');
  const statuses = new Set<number>();
  await until(async () => {
    statuses.add((await fetch(`${url}/health`, { headers: { connection: 'close' } })).status);
    return output.includes('all replicas are new');
  }, 'all replicas are new');
  expect([...statuses]).toEqual([200]);
  // One that was slow to answer is named more than once.
  const running = [...new Set(pidsOf('replica \\d'))].filter(isAlive);
  expect(running).toHaveLength(3);
  expect(running.filter((pid) => before.includes(pid))).toEqual([]);
});

test('SIGTERM ends all of it, and leaves nothing running', async () => {
  const pids = ['replica 1', 'replica 2', 'replica 3', 'Redis', 'Postgres'].map(
    (part) => pidsOf(part).at(-1)!,
  );
  const all = [...pids, ...pids.flatMap(childrenOf)];
  expect(all.length).toBeGreaterThan(pids.length);
  expect(all.filter(isAlive)).toEqual(all);
  const ended = once(program, 'exit');
  program.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(all.filter(isAlive)).toEqual([]);
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});

/** `replica 2` for the name it has given itself. */
async function partOf(name: string): Promise<string> {
  for (const [, part, address] of output.matchAll(/(replica \d) +pid \d+ +(\S+)/g)) {
    const health = (await (await fetch(`${address}/health/websocket`)).json()) as { replica: string };
    if (health.replica === name) return part!;
  }
  throw new Error(`no replica says that it is ${name}`);
}

/** A trade that a bot reports to whichever replica the front chooses. */
async function report(userId: string, id: string): Promise<void> {
  const { hookSecret } = JSON.parse(readFileSync(path.join(dataDir, 'cluster/secrets.json'), 'utf8'));
  const trade = { id, symbol: 'TSLA', side: 'buy', quantity: 5, price: 250.25 };
  const body = JSON.stringify({ eventId: id, userId, type: 'executed', trade });
  const headers = { ...signHook(hookSecret, body), 'Content-Type': 'application/json' };
  const send = () => http.post('/hooks/trades', body, headers);
  // A kept connection may lead to a replica that has just been killed: a bot sends again.
  const answer = await send().catch(send);
  expect(answer.status).toBe(202);
}
