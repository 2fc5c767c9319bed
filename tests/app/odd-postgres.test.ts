import { afterEach, expect, test } from '@jest/globals';
import { startRedisServer } from '../../local/redis-server.ts';
import { startApp, type TestApp } from '../../rig/app.ts';
import { ask } from '../../rig/clients/ask.ts';
import { PASSWORD } from '../../rig/clients/http-client.ts';
import { next } from '../../rig/clients/stock-client.ts';
import { createTestDatabase, type PostgresTestDatabase } from '../../rig/database/database.ts';
import { startPostgresPooler } from '../../rig/stand-ins/postgres-pooler.ts';
import { until } from '../../rig/wait.ts';
import { createTurkishDatabase } from '../support/turkish-database.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A database whose defaults are another country's, and stricter than usual. */
async function oddDatabase(): Promise<PostgresTestDatabase> {
  const own = await createTestDatabase('postgres');
  cleanups.push(() => own.close());
  const name = new URL(own.url).pathname.slice(1);
  for (const setting of [
    "DateStyle = 'SQL, DMY'",
    "TimeZone = 'Asia/Kolkata'",
    'default_transaction_isolation = serializable',
    "lock_timeout = '5ms'",
  ])
    await own.db.query(`ALTER DATABASE ${name} SET ${setting}`);
  return own;
}

async function behindPooler(): Promise<string> {
  const { url } = await oddDatabase();
  const { port, pathname } = new URL(url);
  const pooler = await startPostgresPooler(Number(port), 'transaction');
  cleanups.push(() => pooler.close());
  return `${pooler.url}${pathname}`;
}

async function started(databaseUrl: string, env: Record<string, string> = {}): Promise<TestApp> {
  const app = await startApp({ env: { ...env, DATABASE_URL: databaseUrl } });
  cleanups.push(() => app.close());
  return app;
}

test.each([
  ['whose defaults are of another country', async () => (await oddDatabase()).url],
  ['behind a pooler in transaction mode', behindPooler],
])('on a Postgres %s orders are filled, ten users at once, and told with their time', async (_name, make) => {
  const app = await started(await make());
  const fill = async (): Promise<void> => {
    const session = await app.signUp();
    const socket = await app.connect(session);
    await ask(socket, 'subscribe:trades');
    await ask(socket, 'subscribe:watchlist', ['AAPL']);
    await until(() => app.market.wanted().has('AAPL'), 'AAPL is wanted');
    const quoted = next(socket, 'quote:update', ({ ask: offered }) => offered === 175.6);
    app.market.tick('AAPL', 175.55, { bid: 175.5, ask: 175.6 });
    await quoted;
    const executed = next(socket, 'trade:executed');
    const before = Date.now();
    const answer = await ask(socket, 'order:place', {
      clientOrderId: session.user.id,
      symbol: 'AAPL',
      side: 'buy',
      type: 'market',
      quantity: 10,
    });
    expect(answer).toMatchObject({ ok: true });
    const { timestamp } = await executed;
    expect(Math.abs(Date.parse(timestamp) - before)).toBeLessThan(60_000);
  };
  await Promise.all(Array.from({ length: 10 }, fill));
});

test('where the locale makes an i of İ, a name has ten guesses at two replicas, and no other spelling opens it', async () => {
  const database = await createTurkishDatabase();
  cleanups.push(() => database.close());
  const redis = await startRedisServer();
  cleanups.push(() => redis.stop());
  const shared = { REDIS_URL: redis.url };
  const apps = [await started(database.url, shared), await started(database.url, shared)];
  await apps[0]!.signUp('iskra');
  let guesses = 0;
  const signIn = async (username: string, password: string) =>
    (await apps[guesses++ % 2]!.request('POST', '/api/auth/login', { body: { username, password } })).status;
  for (const spelling of ['İskra', 'İSKRA', 'ıskra']) expect(await signIn(spelling, PASSWORD)).toBe(401);
  const spellings = ['iskra', 'ISKRA', 'Iskra', 'iSkRa', 'isKRA'];
  for (const spelling of [...spellings, ...spellings])
    expect(await signIn(spelling, 'a wrong guess')).toBe(401);
  expect(await signIn('iskra', PASSWORD)).toBe(429);
  expect(await signIn('IskrA', PASSWORD)).toBe(429);
  expect(await signIn('İskra', PASSWORD)).toBe(401);
});
