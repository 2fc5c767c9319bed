/**
 * What of a replica turns orders into fills, in a process that can die: database, lease, executor and a broker
 * outside, without HTTP. Time passes faster for the executor.
 */
import { appendFileSync } from 'node:fs';
import { silentLog } from '../../rig/log.ts';
import { PACE } from '../../rig/pace.ts';
import { type CrashPoint, crashPointOf } from '../../rig/ports/crash-points.ts';
import { type Watch, watchBroker, watchBus, watchLedger } from '../../rig/ports/watch.ts';
import { serve } from '../../rig/processes/child.ts';
import { createRemoteBroker } from '../../rig/stand-ins/broker/remote-broker.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import { createDatabaseLease } from '../../src/adapters/stores/engine/lease.ts';
import { createLedger } from '../../src/adapters/stores/trading/ledger.ts';
import type { EngineLease } from '../../src/domain/engine/lease.ts';
import { createExecutor, type Executor } from '../../src/domain/trading/execution/executor.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

export interface EngineOptions {
  readonly databaseUrl: string;
  readonly brokerUrl: string;
  /** Gets a line `point orderId` for each crash point that is passed; written before the process can end. */
  readonly passes: string;
}

/** The signal that ends or stalls the process as this order passes the point. */
export interface Fate {
  readonly point: CrashPoint;
  readonly orderId: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

const fastClock = (): Clock => {
  const origin = systemClock.now();
  return {
    now: () => origin + (systemClock.now() - origin) * PACE,
    after: (ms, run) => systemClock.after(ms / PACE, run),
    every: (ms, run) => systemClock.every(ms / PACE, run),
  };
};

let options: EngineOptions;
let db: Database;
let lease: EngineLease;
let executor: Executor;
let fate: Fate | null = null;

const watch: Watch = (border) => {
  const point = crashPointOf(border);
  if (!point) return;
  const { orderIds } = border;
  const passes = orderIds?.map((orderId) => `${point} ${orderId}\n`).join('') ?? `${point}\n`;
  appendFileSync(options.passes, passes);
  if (fate?.point !== point || !(orderIds?.includes(fate.orderId) ?? true)) return;
  const { signal } = fate;
  fate = null;
  process.kill(process.pid, signal);
};

const methods = {
  /** Gets ready, as a replica that is not the engine. */
  async prepare(given: EngineOptions): Promise<void> {
    options = given;
    const clock = fastClock();
    const log = silentLog;
    const bus = watchBus(createLocalBus(log), watch);
    db = await openDatabase({ databaseUrl: given.databaseUrl, log });
    // The lease keeps to the database's time.
    const replica = `engine-${process.pid}`;
    lease = createDatabaseLease({ db, bus, replica, clock: systemClock, log });
    const broker = watchBroker(createRemoteBroker({ url: given.brokerUrl, clock }), watch);
    const ledger = watchLedger(createLedger(db), watch);
    executor = createExecutor({ lease, ledger, broker, bus, clock, log });
    executor.start();
  },
  /** Asks for the lease from now on. */
  async run(met: Fate | null): Promise<void> {
    fate = met;
    await lease.start();
  },
  fencing: (): number | null => lease.current(),
  async end(): Promise<void> {
    await executor.stop();
    await lease.stop();
    await db.close();
  },
};
export type EngineMethods = typeof methods;

serve(methods);
