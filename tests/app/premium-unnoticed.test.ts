import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type SignedIn, startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { sendSignal } from '../../rig/clients/hooks.ts';
import { sendHttp } from '../../rig/clients/http.ts';
import { until } from '../../rig/wait.ts';
import { bareSnapshot } from '../../src/domain/options/chains.ts';
import type { TrackRecordPayload } from '../../src/protocol/signal-reports.ts';
import { httpRoutes } from '../support/http-routes.ts';
import { openPlain } from '../support/plain-client.ts';

/** Of the market, and of no page, list or position. */
const STOCK = 'BAC';
const CONTRACT = 'O:IBM991218C00200000';
const [UNDERLYING, EXPIRY] = ['IBM', '2099-12-18'];
/** Long enough for the first question after the signal to come before the one after its expiry. */
const EXPIRES_AFTER_MS = 4_000;

/** After the first one, a second apart. */
const LOOKS = 3;

let app: TestApp;
let starter: SignedIn;
let payer: SignedIn;
beforeAll(async () => {
  app = await startApp({ env: { DARKPOOL_SYMBOLS: 'watched', RATE_LIMITS: 'http:api=100000/10' } });
  [starter, payer] = [await app.signUp(), await app.signUp()];
  await app.hook('/hooks/tier', { eventId: randomUUID(), userId: payer.user.id, tier: 'PROFESSIONAL' });
  const terms = { symbol: CONTRACT, underlying: UNDERLYING, expiry: EXPIRY, strike: 200 };
  app.market.list([
    {
      ...bareSnapshot({ ...terms, right: 'call', multiplier: 100, style: 'american' }),
      ...{ price: 5, bid: 4.9, ask: 5.1, volume: 10 },
    },
  ]);
});
afterAll(() => app.close());

let closeMarket = (): void => {};
afterEach(() => closeMarket());

/** What the walk itself, the process and the passing of time count. */
const MOVES_BY_ITSELF = /^tradecast_(nodejs|process|http|messages)/;

/** Every value of an answer by its path. */
function leavesOf(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const parts = Object.entries(value).flatMap(([key, part]) => leavesOf(part, `${path}.${key}`));
  return parts.length === 0 ? [[path, 'empty']] : parts;
}

const QUERIES = [
  ...[STOCK, CONTRACT].flatMap((name) => [
    // Not its candles: whoever asks for those watches it.
    `/api/market/historical/${name}?from=2026-01-01&to=2026-01-02`,
    `/api/symbols?q=${name}`,
    `/api/market/search?q=${name}`,
    `/api/signals?symbol=${name}`,
  ]),
  `/api/market/options/${UNDERLYING}?expiry=${EXPIRY}`,
  '/api/signals?source=momentum',
  '/api/signals/track-record?source=momentum',
];

/** What a STARTER, and what anybody, is told by all routes that read. */
async function everyAnswer(): Promise<ReadonlyMap<string, string>> {
  const routes = httpRoutes().flatMap((route) => {
    const [method, path] = route.split(' ') as [string, string];
    if (method !== 'GET' || path === '/api/socket') return [];
    return path.includes(':') ? [STOCK, CONTRACT].map((name) => path.replace(/:\w+/g, name)) : [path];
  });
  const leaves: [string, string][] = [];
  for (const path of [...routes, ...QUERIES])
    for (const cookie of [starter.cookie, undefined]) {
      const { status, body } = await sendHttp(app.url, 'GET', path, { headers: cookie ? { cookie } : {} });
      const who = `${cookie ? 'STARTER' : 'anybody'} ${path}`;
      leaves.push([`${who} status`, String(status)]);
      if (typeof body === 'string')
        for (const line of body.split('\n')) {
          const [name = '', value = ''] = line.split(/ (?=\S+$)/);
          if (!MOVES_BY_ITSELF.test(name)) leaves.push([`${who} ${name}`, value]);
        }
      else leaves.push(...leavesOf(body, who).filter(([path]) => !/latency|AgeMs/.test(path)));
    }
  return new Map(leaves);
}

/** The service is a second older: what it counts or writes once a second has moved. */
async function nextSecond(): Promise<void> {
  const uptime = async () => (await app.request('GET', '/health/websocket')).body.uptime as number;
  const before = await uptime();
  await until(async () => (await uptime()) > before, 'a second has passed');
}

/** What stayed as it was over some looks: times and counts of requests move by themselves. */
async function steadyAnswers(): Promise<ReadonlyMap<string, string | null>> {
  const first = await everyAnswer();
  const others: ReadonlyMap<string, string>[] = [];
  for (let count = 0; count < LOOKS; count++) {
    await nextSecond();
    others.push(await everyAnswer());
  }
  return new Map(
    [...first].map(([path, value]) => [
      path,
      others.every((other) => other.get(path) === value) ? value : null,
    ]),
  );
}

/** What is new against what was steady, or no longer so. */
async function changesSince(before: ReadonlyMap<string, string | null>): Promise<unknown> {
  const now = await everyAnswer();
  const changed = [...now].filter(([path, value]) => {
    const expected = before.get(path);
    return expected === undefined || (expected !== null && expected !== value);
  });
  return { changed, gone: [...before.keys()].filter((path) => !now.has(path)) };
}

/** The market trades and quotes whatever it is asked for, as a feed does; answers with all that it was ever asked for. */
function openMarket(): ReadonlySet<string> {
  const wanted = new Set<string>();
  const timer = setInterval(() => {
    for (const { wanted: wantedNow, tick, print } of [app.market, app.market.contracts])
      for (const symbol of wantedNow()) {
        wanted.add(symbol);
        tick(symbol, 40);
        print(symbol, 40, 100);
      }
  }, 20);
  closeMarket = () => clearInterval(timer);
  return wanted;
}

async function send(symbol: string, id: string, premium = true): Promise<void> {
  const [now, source] = [Date.now(), 'momentum' as const];
  const [timestamp, expiresAt] = [now, now + EXPIRES_AFTER_MS].map((at) => new Date(at).toISOString());
  const body = { id, symbol, action: 'buy', premium, source, timestamp, expiresAt };
  const answer = await sendSignal(app.url, body);
  expect([symbol, answer.status]).toEqual([symbol, 202]);
}

async function finished(count: number): Promise<void> {
  await until(async () => {
    const { body } = await app.request('GET', '/api/signals/track-record', { cookie: payer.cookie });
    const [record] = (body.data as TrackRecordPayload).sources;
    return record?.finished === count && record.notRecorded === 0;
  }, `${count} trades are finished`);
}

test('nobody can tell that a premium signal came, of whatever symbol, nor that it expired; its quotes are recorded', async () => {
  app.market.quoted(STOCK, { bid: 40, ask: 40.02 });
  app.market.quoted(CONTRACT, { bid: 4.9, ask: 5.1 });
  const frames: string[] = [];
  const socket = await app.connect(starter);
  socket.onAny((...args) => frames.push(JSON.stringify(args)));
  for (const event of ['subscribe:darkpool', 'subscribe:signals'] as const) await ask(socket, event);
  const { cookie } = starter;
  const plain = ['/ws', '/ws/signals', '/api/socket'].map((path) =>
    openPlain(app.port, { path, headers: { cookie } }),
  );
  await until(() => plain.every(({ texts }) => texts.length > 0), 'all are connected');
  const wanted = openMarket();
  await until(() => wanted.size > 0, 'the market is open');
  await until(async () => {
    const { body } = await app.request('GET', `/api/darkpool/${STOCK}`, { cookie });
    return (body.data as { summedSince: string | null }).summedSince !== null;
  }, 'the engine has said since when it sums');
  const before = await steadyAnswers();

  await send(STOCK, 'stock');
  await send(CONTRACT, 'contract');
  const nothing = { changed: [], gone: [] };
  expect(await changesSince(before)).toEqual(nothing);
  await finished(2);
  expect(await changesSince(before)).toEqual(nothing);
  expect([...wanted].filter((symbol) => symbol === STOCK || symbol === CONTRACT)).toEqual([]);
  const heard = [...frames, ...plain.flatMap(({ texts }) => texts)];
  expect(heard.filter((text) => text.includes(STOCK) || text.includes(CONTRACT))).toEqual([]);
  expect(before.size).toBeGreaterThan(200);
  for (const { ws } of plain) ws.terminate();
}, 60_000);

test('a free signal shows in what is watched, so that the walk sees what it looks for', async () => {
  const wanted = openMarket();
  const before = await steadyAnswers();
  await send(STOCK, 'free', false);
  await until(() => wanted.has(STOCK), 'the feed is asked for it');
  expect(JSON.stringify(await changesSince(before))).toContain(
    'STARTER /health/websocket.feeds.stocks.subscribed',
  );
}, 30_000);
