/**
 * What of a replica turns orders into fills, in a process that can die: database, lease, executor and a broker
 * outside, without HTTP. Its time does not depend on the machine: the executor's jumps from timer to timer while no
 * call is under way, and that of the lease stands still until the process was stalled.
 */
import { appendFileSync } from 'node:fs';
import { silentLog } from '../../rig/log.ts';
import { type CrashPoint, crashPointOf } from '../../rig/ports/crash-points.ts';
import { type Border, type Watch, watchBroker, watchBus, watchLedger } from '../../rig/ports/watch.ts';
import { serve } from '../../rig/processes/child.ts';
import { createRemoteBroker } from '../../rig/stand-ins/broker/remote-broker.ts';
import type { SeenRequest } from '../../rig/stand-ins/broker/stand-in.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import type { Database } from '../../src/adapters/sql/database.ts';
import { createDatabaseLease } from '../../src/adapters/stores/engine/lease.ts';
import { LEASE_MS } from '../../src/adapters/stores/engine/lease-row.ts';
import { createLedger } from '../../src/adapters/stores/trading/ledger.ts';
import type { EngineLease } from '../../src/domain/engine/lease.ts';
import { createExecutor, type Executor } from '../../src/domain/trading/execution/executor.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createJumpingClock } from './jumping-clock.ts';

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

/** Five seconds of the executor's waiting are half a second. */
const PACE = 10;
const clock = createJumpingClock(PACE);
let leaseNow = systemClock.now();
const leaseClock: Clock = { ...systemClock, now: () => leaseNow };

/** Calls that hold the clock, by name; an answer that the broker withholds does not. */
const underWay = new Map<string, number>();
const REQUESTS = new Set(['submit', 'find', 'cancel']);
const nameOf = ({ call, orderIds }: Pick<Border, 'call' | 'orderIds'>): string =>
  REQUESTS.has(call) ? `${call} ${orderIds?.[0]}` : call;
function begin(call: string): void {
  underWay.set(call, (underWay.get(call) ?? 0) + 1);
  clock.hold();
}
function end(call: string): void {
  const count = underWay.get(call) ?? 0;
  if (count === 0) return;
  underWay.set(call, count - 1);
  clock.release();
}

let options: EngineOptions;
let db: Database;
let lease: EngineLease;
let executor: Executor;
let fate: Fate | null = null;

const watch: Watch = (border) => {
  meetFate(border);
  if (border.side === 'begun') begin(nameOf(border));
  else if (border.side !== 'before') end(nameOf(border));
};

function meetFate(border: Border): void {
  const point = crashPointOf(border);
  if (!point) return;
  const { orderIds } = border;
  const passes = orderIds?.map((orderId) => `${point} ${orderId}\n`).join('') ?? `${point}\n`;
  appendFileSync(options.passes, passes);
  if (fate?.point !== point || !(orderIds?.includes(fate.orderId) ?? true)) return;
  const { signal } = fate;
  fate = null;
  process.kill(process.pid, signal);
  // It was stalled for longer than its lease lasts, and no timer has run since.
  leaseNow += LEASE_MS;
}

const methods = {
  /** Gets ready, as a replica that is not the engine. */
  async prepare(given: EngineOptions): Promise<void> {
    options = given;
    const log = silentLog;
    const bus = watchBus(createLocalBus(log), watch);
    db = await openDatabase({ databaseUrl: given.databaseUrl, log });
    const replica = `engine-${process.pid}`;
    lease = createDatabaseLease({ db, bus, replica, clock: leaseClock, log });
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
  /** The broker does not answer this request: time passes meanwhile. */
  withheld({ kind, orderId }: SeenRequest): void {
    end(`${kind} ${orderId}`);
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
