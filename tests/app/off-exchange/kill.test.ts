/** A real process of the service over a real Postgres is killed while prints come in. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Replica, startReplica } from '../../../local/replica.ts';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { HOOK_SECRET, OPERATOR_SECRET, SESSION_SECRET, SIGNAL_SECRETS } from '../../../rig/secrets.ts';
import type { RestAnswer } from '../../../rig/stand-ins/massive/account.ts';
import { type MassiveStandIn, startMassiveStandIn } from '../../../rig/stand-ins/massive/stand-in.ts';
import { createTape, type StandInTape } from '../../../rig/stand-ins/massive/tape.ts';
import { until } from '../../../rig/wait.ts';
import { createSumsStore } from '../../../src/adapters/stores/off-exchange/sums.ts';
import { newYorkDate, newYorkDay } from '../../../src/protocol/new-york.ts';

const KEY = 'the key of the account';
const SYMBOLS = ['AAPL', 'SPY'];
const EVERY_MS = 10;

let upstream: MassiveStandIn;
let database: PostgresTestDatabase;
let dataDir: string;
let tape: StandInTape;
let stopPrinting = (): void => {};
const running = new Set<Replica>();
beforeAll(async () => {
  [upstream, database, dataDir] = await Promise.all([
    startMassiveStandIn(KEY),
    createTestDatabase('postgres'),
    mkdtemp(path.join(os.tmpdir(), 'tradecast-kill-')),
  ]);
});
afterEach(async () => {
  stopPrinting();
  await Promise.all([...running].map(({ kill }) => kill()));
  running.clear();
  await database.db.query(
    'TRUNCATE off_exchange_symbols, off_exchange_minutes, off_exchange_gaps, off_exchange_coverage',
  );
});
afterAll(async () => {
  await upstream.close();
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<Replica> {
  const replica = await startReplica({
    env: {
      DATABASE_URL: database.url,
      FEED: 'massive',
      MASSIVE_API_KEY: KEY,
      MASSIVE_WS_URL: upstream.wsUrl,
      MASSIVE_REST_URL: upstream.restUrl,
      MASSIVE_REST_PER_SECOND: '100',
      MARKET_HOURS: 'always',
      DATA_DIR: dataDir,
      DEMO_ACCOUNT: 'false',
      SESSION_SECRET,
      HOOK_SECRET,
      OPERATOR_SECRET,
      SIGNAL_SECRETS,
      LOG_LEVEL: 'warn',
    },
  });
  running.add(replica);
  return replica;
}

/** Prints of a few hundred dollars in both symbols, from now on. */
function beginPrinting(): void {
  tape = createTape(upstream);
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    for (const symbol of SYMBOLS) tape.print(symbol, 10_000 + (count % 37), (count % 7) + 1);
  }, EVERY_MS);
  stopPrinting = () => clearInterval(timer);
}
const isPrinted = (): boolean =>
  upstream.connections.some(({ topics, isOpen }) => isOpen() && topics.has('T.SPY'));
/** Prints from now on until so many more have been made. */
const more = (count: number): Promise<void> => {
  const before = tape.prints('SPY');
  return until(() => tape.prints('SPY') >= before + count, `${count} more prints`);
};

/** Cents: whole, or the sum is not what it seems. */
async function stored(symbol: string) {
  const day = await createSumsStore(database.db, 'massive').symbolDay(symbol, newYorkDate(Date.now()));
  const amount = day.minutes.reduce(
    (sum, { bullish, bearish, unknown }) => sum + bullish + bearish + unknown,
    0n,
  );
  expect(amount % 10n ** 10n).toBe(0n);
  // The first engine of the day has a gap before it.
  const { start } = newYorkDay(Date.now());
  return { cents: amount / 10n ** 10n, gaps: day.gaps.filter(({ from }) => from > start) };
}

describe('an engine that is killed', () => {
  test('loses nothing: what it took with it and what was printed meanwhile is fetched, and no print counts twice', async () => {
    let refusals = 3;
    upstream.behaviour.rest = (url): RestAnswer => {
      if (!url.pathname.startsWith('/v3/trades/')) return { body: { status: 'OK' } };
      refusals -= 1;
      if (refusals === 1) return { status: 429, headers: { 'retry-after': '1' }, body: { status: 'ERROR' } };
      return tape.rest(url, 400)!;
    };
    const first = await start();
    // Those of before the subscription would be on nobody's account.
    await until(isPrinted, 'prints arrive');
    beginPrinting();
    await more(300);
    await first.kill();
    await more(100);
    await start();
    await until(isPrinted, 'prints arrive again');
    await more(300);
    for (const symbol of SYMBOLS)
      await until(async () => {
        const { gaps } = await stored(symbol);
        return gaps.length === 0 && upstream.asked.some(({ url }) => url.pathname === `/v3/trades/${symbol}`);
      }, `the gap of ${symbol} is filled`);
    await more(100);
    stopPrinting();
    for (const symbol of SYMBOLS) {
      const { notional } = tape;
      await until(async () => (await stored(symbol)).cents >= notional(symbol), `${symbol} is stored`);
      expect((await stored(symbol)).cents).toBe(notional(symbol));
    }
  });

  test('leaves a gap where the plan has no trades by request', async () => {
    upstream.behaviour.rest = ({ pathname }): RestAnswer =>
      pathname.startsWith('/v3/trades/')
        ? { status: 403, body: { status: 'NOT_AUTHORIZED', message: 'You are not entitled to this data.' } }
        : { body: { status: 'OK' } };
    beginPrinting();
    const first = await start();
    await until(isPrinted, 'prints arrive');
    await until(async () => (await stored('SPY')).cents > 0n, 'some are stored');
    const killedAt = Date.now();
    await first.kill();
    await start();
    await until(isPrinted, 'prints arrive again');
    const asked = upstream.asked.length;
    await upstream.until(() =>
      upstream.asked.slice(asked).some(({ url }) => url.pathname.startsWith('/v3/trades/')),
    );
    const { cents, gaps } = await stored('SPY');
    expect(gaps).toHaveLength(1);
    expect(gaps[0]!.from).toBeLessThanOrEqual(killedAt);
    expect(gaps[0]!.to).toBeGreaterThan(killedAt);
    expect(gaps[0]!.to).toBeLessThanOrEqual(Date.now());
    expect(cents).toBeLessThan(tape.notional('SPY'));
  });
});
