import { connected } from '../../rig/clients/stock-client.ts';
import type { Crowd } from '../../rig/database/crowd.ts';
import { type BenchCase, type CaseResult, milliseconds, percent, thousands, times } from '../support/case.ts';
import { loadOrders, ORDER_USERS, type OrderLoad, UNBOUNDED } from '../support/order-load.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';
import { SYMBOLS } from '../support/quotes.ts';
import { type Service, startService } from '../support/service.ts';
import { ask, openClient } from '../support/trader.ts';

const MIN_OF_FRESH = 0.9;
const MIN_OF_PGBENCH = 0.2;
const PGBENCH_CLIENTS = 64;
const MAX_CPU_MS = 0.75;
const MAX_FIRST_FILL_SECONDS = 7;
const AT_MARKET = { type: 'market' } as const;

const AGED: Crowd = {
  ...{ users: 10_000, open: 200_000, done: 200_000, journal: 1_000_000 },
  ...{ hookEvents: 200_000, sessions: 200_000, symbols: SYMBOLS },
};
const QUICK: Crowd = { users: 100, open: 2_000, done: 2_000, journal: 5_000, symbols: SYMBOLS };

interface Loaded extends OrderLoad {
  /** CPU seconds of the service from before its start to its first fill. */
  readonly firstFill: number;
}

/** The first order of a service that has just started, until it is filled. */
async function untilFirstFill({ child, port, users, startedAt }: Service): Promise<number> {
  const client = openClient(port, users[0]!);
  try {
    await connected(client);
    await ask(client, 'subscribe:trades');
    const filled = new Promise((resolve) => client.once('trade:executed', resolve));
    await child.call('updates', { perSecond: 2, together: false });
    await ask(client, 'order:place', {
      ...{ clientOrderId: 'first', symbol: SYMBOLS[0]!, side: 'buy', quantity: 1, timeInForce: 'gtc' },
      ...AT_MARKET,
    });
    await filled;
    return (await child.call('cpuSeconds')) - startedAt;
  } finally {
    client.disconnect();
  }
}

async function measure(postgres: OwnPostgres, name: string, quick: boolean, crowd?: Crowd): Promise<Loaded> {
  await postgres.createDatabase(name);
  const service = await startService({
    ...{ database: { url: `${postgres.url}/${name}` }, users: ORDER_USERS, env: UNBOUNDED },
    ...(crowd && { crowd }),
  });
  try {
    const firstFill = await untilFirstFill(service);
    const load = await loadOrders(service, { terms: AT_MARKET, quick, more: postgres.cpuSeconds });
    return { ...load, firstFill };
  } finally {
    await service.stop();
  }
}

const filledPerSecond = ({ filled, seconds }: OrderLoad): number => filled / seconds;
const cpuAnOrder = ({ serverShare, moreShare, filled, seconds }: OrderLoad): number =>
  ((serverShare + moreShare) * seconds * 1_000) / filled;

export const aged: BenchCase = {
  name: 'aged',
  title: 'orders on tables that years of use have filled',
  how: `The \`orders\` load with market orders, on a Postgres that syncs to disk: once on fresh tables, and once beside
200,000 open orders of 10,000 users, 200,000 filled ones with their fills, a million events of the journal, 200,000 hook
events and 200,000 sessions. The yardstick is \`pgbench -N -M prepared\`, 64 clients, scale 20, on the same server. CPU
is that of the service and of all processes of Postgres together. The first fill is that of an order placed as soon as the
service listens: its CPU has the start of the process and the take-over of all open orders in it.`,

  async run({ quick }) {
    const postgres = await startOwnPostgres();
    try {
      const fresh = await measure(postgres, 'fresh', quick);
      const yardstick = await postgres.pgbench(PGBENCH_CLIENTS, quick ? 1 : 10);
      const old = await measure(postgres, 'aged', quick, quick ? QUICK : AGED);
      return report(fresh, old, yardstick);
    } finally {
      await postgres.stop();
    }
  },
};

function report(fresh: Loaded, old: Loaded, yardstick: number): CaseResult {
  const ofFresh = filledPerSecond(old) / filledPerSecond(fresh);
  const ofPgbench = filledPerSecond(fresh) / yardstick;
  const rate = (load: OrderLoad): string => `${thousands(filledPerSecond(load))}/s`;
  return {
    rows: [
      {
        what: 'orders placed and filled beside 200,000 open ones on aged tables',
        measured: rate(old),
        yardstick: `${rate(fresh)} on fresh tables`,
        target: `≥ ${times(MIN_OF_FRESH)}`,
        reached: ofFresh >= MIN_OF_FRESH,
      },
      {
        what: 'orders placed and filled on fresh tables, on Postgres',
        measured: `${rate(fresh)}, ${times(ofPgbench)}`,
        yardstick: `${thousands(yardstick)}/s of pgbench`,
        target: `≥ ${times(MIN_OF_PGBENCH)}`,
        reached: ofPgbench >= MIN_OF_PGBENCH,
        ifMissed:
          'one serial pipeline: an order is three grouped transactions after each other, and the load, the service and Postgres share two cores',
      },
      {
        what: 'CPU of service and Postgres for an order placed and filled',
        measured: milliseconds(cpuAnOrder(fresh)),
        yardstick: '–',
        target: `≤ ${MAX_CPU_MS} ms`,
        reached: cpuAnOrder(fresh) <= MAX_CPU_MS,
        ifMissed:
          'every change of status is a new version of the order in all of its indexes, and five events of the journal',
      },
      {
        what: 'CPU of the service to its first fill after a take-over with 200,000 open orders',
        measured: `${old.firstFill.toFixed(1)} s`,
        yardstick: `${fresh.firstFill.toFixed(1)} s with none`,
        target: `≤ ${MAX_FIRST_FILL_SECONDS} s`,
        reached: old.firstFill <= MAX_FIRST_FILL_SECONDS,
      },
    ],
    notes: [describe('fresh tables', fresh), describe('aged tables', old)],
  };
}

const describe = (name: string, load: Loaded): string =>
  `${name}: acknowledged after p50 ${milliseconds(load.p50)}, p99 ${milliseconds(load.p99)}; the service used ${percent(load.serverShare)} of a core, Postgres ${percent(load.moreShare)}, the clients ${percent(load.clientShare)}; ${milliseconds(cpuAnOrder(load))} of CPU an order`;
