import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '../../../rig/app.ts';
import { ask } from '../../../rig/clients/ask.ts';
import { next } from '../../../rig/clients/stock-client.ts';
import { createTestDatabase, type PostgresTestDatabase } from '../../../rig/database/database.ts';
import { until } from '../../../rig/wait.ts';
import type { DarkpoolDay, SentimentRow } from '../../../src/protocol/darkpool.ts';

type Session = Awaited<ReturnType<TestApp['signUp']>>;

const sentiment = async (app: TestApp, { cookie }: Session): Promise<readonly SentimentRow[]> =>
  (await app.request('GET', '/api/darkpool/sentiment', { cookie })).body.data as readonly SentimentRow[];
const dayOf = async (app: TestApp, { cookie }: Session, symbol: string): Promise<DarkpoolDay> =>
  (await app.request('GET', `/api/darkpool/${symbol}`, { cookie })).body.data as unknown as DarkpoolDay;
const rowOf = async (app: TestApp, session: Session, ticker: string): Promise<SentimentRow | undefined> =>
  (await sentiment(app, session)).find((row) => row.ticker === ticker);
const printsOf = ({ minutes }: DarkpoolDay): number => minutes.reduce((sum, { prints }) => sum + prints, 0);

describe.each(['embedded', 'postgres'] as const)('off-exchange prints on the %s database', (kind) => {
  let database: PostgresTestDatabase | null = null;
  let app: TestApp;
  let session: Session;
  const env = (): Record<string, string> => ({
    DARKPOOL_SYMBOLS: 'watched',
    ...(database !== null && { DATABASE_URL: database.url }),
  });
  beforeAll(async () => {
    if (kind === 'postgres') database = await createTestDatabase('postgres');
    app = await startApp({ env: env() });
    session = await app.signUp();
    await until(() => app.market.wanted().has('AAPL'), 'the featured symbols are wanted');
  });
  afterAll(async () => {
    await app.close();
    await database?.close();
  });

  test('add up exactly, by side, in totals and in minutes', async () => {
    const socket = await app.connect(session);
    app.market.tick('AAPL', 100);
    // 0.1 and 0.2 have no exact binary fraction: a sum of floats would show it.
    const cents = (price: number, size: number): bigint => BigInt(Math.round(price * 100)) * BigInt(size);
    let bullish = 0n;
    let bearish = 0n;
    const last = next(
      socket,
      'darkpool:update',
      ({ prints, state }) => prints === 1_000 && state !== 'stale',
    );
    expect(await ask(socket, 'subscribe:darkpool', ['AAPL'])).toMatchObject({ symbols: ['AAPL'] });
    for (let index = 0; index < 1_000; index++) {
      const [price, size] = [index % 3 === 0 ? 99.99 : 100.01, (index % 7) + 1];
      if (price > 100) bullish += cents(price, size);
      else bearish += cents(price, size);
      app.market.print('AAPL', price, size);
    }
    const exact = { bullish: Number(bullish) / 100, bearish: Number(bearish) / 100, unknown: 0 };
    expect(await last).toMatchObject({ symbol: 'AAPL', ...exact, state: 'simulated' });
    expect(await rowOf(app, session, 'AAPL')).toMatchObject({
      bullish_amount: exact.bullish.toFixed(2),
      bearish_amount: exact.bearish.toFixed(2),
      unknown_amount: '0.00',
    });
    await until(
      async () => printsOf(await dayOf(app, session, 'AAPL')) === 1_000,
      'a second later the minutes are stored',
    );
    const { minutes } = await dayOf(app, session, 'AAPL');
    const sum = (side: 'bullish' | 'bearish'): bigint =>
      minutes.reduce((total, minute) => total + BigInt(Math.round(minute[side] * 100)), 0n);
    expect([sum('bullish'), sum('bearish')]).toEqual([bullish, bearish]);
  });

  test('that are large are listed by notional, and a late one counts apart', async () => {
    app.market.tick('MSFT', 400);
    app.market.print('MSFT', 400.01, 1_000);
    app.market.print('MSFT', 399.99, 5_000);
    app.market.print('MSFT', 400.01, 1);
    app.market.print('MSFT', 400, 10, { participantTime: Date.now() - 60_000 });
    await until(async () => (await dayOf(app, session, 'MSFT')).late.prints === 1, 'they are stored');
    const day = await dayOf(app, session, 'MSFT');
    expect(day.largest.map(({ notional, side }) => [notional, side])).toEqual([
      [1_999_950, 'bearish'],
      [400_010, 'bullish'],
    ]);
    expect(day.late).toEqual({ prints: 1, notional: 4_000 });
    expect(printsOf(day)).toBe(3);
  });

  test('are still there after a restart, count no second time, and the time between is a gap', async () => {
    const before = await dayOf(app, session, 'AAPL');
    const shown = await rowOf(app, session, 'AAPL');
    app.market.print('IBM', 10, 5, { sequence: 7_000_000 });
    await app.stop();
    const { market } = app;
    app = await startApp({ market, dataDir: app.dataDir, env: env() });
    await until(async () => (await rowOf(app, session, 'AAPL')) !== undefined, 'the totals are back');
    expect(await rowOf(app, session, 'AAPL')).toEqual(shown);
    // Stored in the shutdown: upstream sends it again, as after a reconnect.
    market.print('IBM', 10, 5, { sequence: 7_000_000 });
    market.print('IBM', 10, 5, { sequence: 7_000_001 });
    await until(
      async () => (await rowOf(app, session, 'IBM'))?.unknown_amount === '100.00',
      'the new one counts',
    );
    await until(async () => printsOf(await dayOf(app, session, 'IBM')) === 2, 'it is stored');
    const after = await dayOf(app, session, 'AAPL');
    expect(after.minutes).toEqual(before.minutes);
    // The first is the day before the service was started.
    expect(after.gaps).toEqual([...before.gaps, expect.anything()]);
    expect(before.gaps).toHaveLength(1);
    const { from, to } = after.gaps[1]!;
    expect(Date.parse(to)).toBeGreaterThan(Date.parse(from));
  });
});
