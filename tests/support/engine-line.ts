import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createTestDatabase } from '../../rig/database/database.ts';
import { silentLog } from '../../rig/log.ts';
import { type Child, startChild } from '../../rig/processes/child.ts';
import { createRemoteBroker } from '../../rig/stand-ins/broker/remote-broker.ts';
import type { OrderScript } from '../../rig/stand-ins/broker/script.ts';
import { type BrokerStandIn, startBrokerStandIn } from '../../rig/stand-ins/broker/stand-in.ts';
import { until } from '../../rig/wait.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import { createLedger } from '../../src/adapters/stores/trading/ledger.ts';
import { createTrading } from '../../src/domain/trading/create-trading.ts';
import { createExecutor } from '../../src/domain/trading/execution/executor.ts';
import type { Trading } from '../../src/domain/trading/trading.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { decimal } from '../../src/lib/decimal.ts';
import type { OrderRequest } from '../../src/protocol/orders.ts';
import type { EngineMethods, Fate } from './engine-process.ts';
import {
  createStillMarket,
  createTestBus,
  createTestLease,
  createTrader,
  LIMITS,
  requestOf,
  takeEngine,
} from './trading.ts';

export type Engine = Child<EngineMethods>;

/** Engines that take over from one another on one database and one broker; this process places the orders. */
export interface EngineLine {
  readonly db: Database;
  readonly broker: BrokerStandIn;
  readonly trading: Trading;
  readonly userId: string;
  /** Places an order of which the broker makes what the script says; answers with its id. */
  place(request: Partial<OrderRequest>, script?: Partial<OrderScript>): Promise<string>;
  status(orderId: string): Promise<string | undefined>;
  /** The engine that takes over next. */
  waiting(): Promise<Engine>;
  /** Frees the lease for the next engine, which has been waiting as another replica does. */
  takeOver(fate: Fate | null): Promise<Engine>;
  /** Lines `point orderId` of every crash point that was passed. */
  passes(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** Dollars and shares that the user begins with. */
export const CASH = 1_000_000;
export const SHARES = 1_000;
const ENGINE = path.join(import.meta.dirname, 'engine-process.ts');
/** A hundred processes of the same program: compiled once, they start in half the time. */
const KEEP_COMPILED = [
  '--import',
  "data:text/javascript,import m from 'node:module'; m.enableCompileCache()",
];

export async function startEngineLine(): Promise<EngineLine> {
  const [database, broker, folder] = await Promise.all([
    createTestDatabase('postgres'),
    startBrokerStandIn(),
    mkdtemp(path.join(os.tmpdir(), 'tradecast-engines-')),
  ]);
  const { db, url: databaseUrl } = database;
  const passesFile = path.join(folder, 'passes');
  const ledger = createLedger(db);
  const bus = createTestBus();
  const limits = { ...LIMITS, duplicateWindowMs: 0, dailyLossLimit: decimal(CASH) };
  const trading = createTrading({
    ledger,
    market: createStillMarket(),
    bus,
    clock: systemClock,
    log: silentLog,
    limits,
  });
  const userId = await createTrader(db, CASH);
  let keys = 0;

  const place: EngineLine['place'] = async (request, script) => {
    const key = `key-${++keys}`;
    const { order } = await trading.place({ userId, request: requestOf(request), source: 'api', key });
    if (order.status !== 'accepted') throw new Error(`denied: ${order.reason}`);
    if (script) broker.script(order.id, script);
    return order.id;
  };
  const status: EngineLine['status'] = async (orderId) => {
    const [row] = await db.query<{ status: string }>('SELECT status FROM orders WHERE id = $1', [orderId]);
    return row?.status;
  };

  /** Shares to sell: they too have to be in the books of both sides. */
  const buyShares = async (): Promise<void> => {
    const remote = createRemoteBroker({ url: broker.url, clock: systemClock });
    const lease = createTestLease(await takeEngine(db));
    const executor = createExecutor({
      lease,
      ledger,
      broker: remote,
      bus,
      clock: systemClock,
      log: silentLog,
    });
    executor.start();
    const orderId = await place({ quantity: SHARES });
    await until(async () => (await status(orderId)) === 'filled', 'the first shares are there');
    await executor.stop();
    remote.stop();
  };

  const engines: Engine[] = [];
  const prepare = async (): Promise<Engine> => {
    const engine = startChild<EngineMethods>(ENGINE, { execArgv: KEEP_COMPILED });
    engines.push(engine);
    await engine.call('prepare', { databaseUrl, brokerUrl: broker.url, passes: passesFile });
    return engine;
  };
  // One of them waits for the answer, and the dead do not.
  broker.onWithheld((request) => {
    for (const engine of engines) engine.call('withheld', request).catch(() => {});
  });
  await buyShares();
  let waiting = prepare();

  return {
    db,
    broker,
    trading,
    userId,
    place,
    status,
    waiting: () => waiting,
    async takeOver(fate) {
      const engine = await waiting;
      waiting = prepare();
      await db.query("UPDATE leases SET holder = NULL, expires_at = to_timestamp(0) WHERE name = 'engine'");
      // It may be dead before it could answer.
      await engine.call('run', fate).catch(() => engine.ended);
      // It does not run out by itself, however slow the machine is.
      await db.query(
        "UPDATE leases SET expires_at = 'infinity' WHERE name = 'engine' AND holder IS NOT NULL",
      );
      return engine;
    },
    passes: async () =>
      new Set(existsSync(passesFile) ? (await readFile(passesFile, 'utf8')).split('\n') : []),
    async close() {
      await waiting;
      await Promise.all(engines.map((engine) => engine.stop()));
      await Promise.all([broker.stop(), database.close(), rm(folder, { recursive: true, force: true })]);
    },
  };
}
