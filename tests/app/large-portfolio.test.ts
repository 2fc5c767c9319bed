import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask, type ClientSocket } from '../../rig/clients/ask.ts';
import { connected } from '../../rig/clients/stock-client.ts';
import { prepareDataDir } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import { type SeededUser, seedPositions, seedUsers } from '../../rig/seed.ts';
import { symbolNames } from '../../rig/symbols.ts';
import { until } from '../../rig/wait.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { LARGE_PORTFOLIO_INTERVAL_MS } from '../../src/protocol/limits.ts';
import type { PortfolioPayload } from '../../src/protocol/portfolio.ts';
import { applyDelta } from '../../src/protocol/portfolio-delta.ts';

const HELD = symbolNames('L', 500);
let app: TestApp;
let user: SeededUser;
beforeAll(async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'tradecast-large-'));
  await prepareDataDir(dataDir);
  const db = await openDatabase({ dataDir: path.join(dataDir, 'database'), log: silentLog });
  [user] = (await seedUsers(db, 1)) as [SeededUser];
  await seedPositions(db, [user.userId], () => HELD, { quantity: 10, price: 90 });
  await db.close();
  app = await startApp({ dataDir });
});
afterAll(() => app.close());

async function connect(auth: object = {}): Promise<ClientSocket> {
  const { sessionID, userId } = user;
  const socket = app.open({ auth: { sessionID, userId, ...auth } });
  await connected(socket);
  return socket;
}

/** Moves all symbols until it is told to stop, each to a price of its own. */
function move(): () => void {
  let round = 0;
  const timer = setInterval(() => {
    round += 1;
    for (const [n, symbol] of HELD.entries()) app.market.tick(symbol, 100 + n + (round % 90) / 100);
  }, 50);
  return () => clearInterval(timer);
}

const sorted = ({ positions, version, timestamp, ...rest }: PortfolioPayload) => ({
  ...rest,
  positions: positions.toSorted((one, other) => (one.symbol < other.symbol ? -1 : 1)),
});

test('500 positions that all move: who applies changes gets 5 KB at a time, a stock client all of it once a second', async () => {
  const [stock, applying] = [await connect(), await connect({ delta: true })];
  const wholes: PortfolioPayload[] = [];
  const sizes: number[] = [];
  let applied: PortfolioPayload | null = null;
  let unfit = 0;
  stock.on('portfolio:update', (portfolio) => wholes.push(portfolio));
  applying.on('portfolio:update', (portfolio) => {
    applied = portfolio;
  });
  applying.on('portfolio:delta', (delta) => {
    sizes.push(Buffer.byteLength(JSON.stringify(['portfolio:delta', delta])));
    const next = applied && applyDelta(applied, delta);
    if (next) applied = next;
    else unfit += 1;
  });
  await Promise.all([ask(stock, 'subscribe:portfolio'), ask(applying, 'subscribe:portfolio')]);
  await until(() => HELD.every((symbol) => app.market.wanted().has(symbol)), 'all that is held is wanted');

  const stop = move();
  await until(() => wholes.length >= 4 && sizes.length >= 12, 'whole portfolios and changes arrive');
  stop();
  await until(
    () => applied !== null && JSON.stringify(sorted(applied)) === JSON.stringify(sorted(wholes.at(-1)!)),
    'the changes add up to the whole portfolio',
  );
  expect(unfit).toBe(0);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 1024);
  expect(wholes.every(({ positions, version }) => positions.length === 500 && version === undefined)).toBe(
    true,
  );
  // The first is the answer to the subscription.
  const times = wholes.slice(1).map(({ timestamp }) => Date.parse(timestamp));
  const pauses = times.slice(1).map((time, n) => time - times[n]!);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(LARGE_PORTFOLIO_INTERVAL_MS);
});

test('whoever was shown a whole portfolio again applies changes to that one', async () => {
  const applying = await connect({ delta: true });
  const versions: string[] = [];
  applying.on('portfolio:update', ({ version }) => versions.push(`whole ${version}`));
  applying.on('portfolio:delta', ({ base, version }) => versions.push(`${base} to ${version}`));
  await ask(applying, 'subscribe:portfolio');
  await until(() => versions.length >= 1, 'the whole portfolio');
  app.market.tick(HELD[0]!, 500);
  await until(() => versions.length >= 2, 'what has changed');
  expect(versions.slice(0, 2)).toEqual(['whole 1', '1 to 2']);
  await ask(applying, 'unsubscribe:portfolio');
  const before = versions.length;
  const stock = await connect();
  await ask(stock, 'subscribe:portfolio');
  app.market.tick(HELD[0]!, 501);
  await new Promise<void>((resolve) => stock.once('portfolio:update', () => resolve()));
  expect(versions).toHaveLength(before);
});
