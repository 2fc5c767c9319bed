import { describe, expect, test } from '@jest/globals';
import { CRASH_POINTS, type CrashPoint } from '../../../rig/ports/crash-points.ts';
import { BROKER_ANSWERS, type BrokerAnswer, type OrderScript } from '../../../rig/stand-ins/broker/script.ts';
import type { SeenRequest } from '../../../rig/stand-ins/broker/stand-in.ts';
import { until } from '../../../rig/wait.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import type { OrderRequest } from '../../../src/protocol/orders.ts';
import { CASH, type Engine, type EngineLine, startEngineLine } from '../../support/engine-line.ts';
import { audit, SOUND } from '../../support/trading.ts';

/** How the process dies: by itself as the order passes the point, or when the broker has received the request. */
interface Death {
  readonly at: CrashPoint;
  readonly onRequest?: SeenRequest['kind'];
}
interface Plan {
  /** The request that receives the answer under test; the others are accepted. */
  readonly tried: 'submit' | 'cancel';
  readonly deaths: readonly Death[];
}

const SENT: Death = { at: 'sent', onRequest: 'submit' };

/** One for each point, or this does not compile. */
const PLANS: Readonly<Record<CrashPoint, Plan>> = {
  claiming: { tried: 'submit', deaths: [{ at: 'claiming' }] },
  claimed: { tried: 'submit', deaths: [{ at: 'claimed' }] },
  sending: { tried: 'submit', deaths: [{ at: 'sending' }] },
  sent: { tried: 'submit', deaths: [SENT] },
  answered: { tried: 'submit', deaths: [{ at: 'answered' }] },
  // Two deaths: the engine that takes over dies while it asks what the first one left.
  'looking-up': { tried: 'submit', deaths: [SENT, { at: 'looking-up' }] },
  settling: { tried: 'submit', deaths: [{ at: 'settling' }] },
  settled: { tried: 'submit', deaths: [{ at: 'settled' }] },
  cancelling: { tried: 'cancel', deaths: [{ at: 'cancelling' }] },
  'cancel-sent': { tried: 'cancel', deaths: [{ at: 'cancel-sent', onRequest: 'cancel' }] },
  'cancel-answered': { tried: 'cancel', deaths: [{ at: 'cancel-answered' }] },
};

/** After these the next engine can only find out that the broker does not have the order. */
const NEVER_SENT: readonly CrashPoint[] = ['claimed', 'sending'];
/** An engine that dies here has offered the order once more already, or leaves that to the next one. */
const OFFERED_AGAIN: readonly CrashPoint[] = ['claiming', 'settling', 'settled'];
const REFUSALS: readonly BrokerAnswer[] = ['error', 'rejected'];
/** With this answer to the cancel the fills that overtake it leave nothing to cancel. */
const FILLED_MEANWHILE: BrokerAnswer = 'lost';

function expectedEnd(point: CrashPoint, answer: BrokerAnswer): string {
  if (PLANS[point].tried === 'cancel') return answer === FILLED_MEANWHILE ? 'filled' : 'cancelled';
  if (NEVER_SENT.includes(point) || REFUSALS.includes(answer)) return 'rejected';
  return answer !== 'busy' || OFFERED_AGAIN.includes(point) ? 'filled' : 'rejected';
}

/** Each event is reported twice and backwards; an order to cancel is filled in part, and again as the cancel arrives. */
const scriptOf = (point: CrashPoint, answer: BrokerAnswer): Partial<OrderScript> => ({
  reportTimes: 2,
  backwards: true,
  ...(PLANS[point].tried === 'submit'
    ? { submit: answer, fills: [4, 6] }
    : { cancel: answer, fills: [4], fillsBeforeCancel: [answer === FILLED_MEANWHILE ? 6 : 3] }),
});

const requestOf = (side: 'buy' | 'sell', plan: Plan): Partial<OrderRequest> => ({
  side,
  quantity: 10,
  ...(plan.tried === 'cancel' && { type: 'limit', limitPrice: side === 'buy' ? 95 : 105 }),
});

/** Resolves when the process was killed; fails where it ends otherwise, or lives on. */
async function death(engine: Engine, what: string): Promise<void> {
  let code: number | null | undefined;
  void engine.ended.then((ended) => {
    code = ended;
  });
  await until(() => code !== undefined, `the engine dies: ${what}`);
  expect([what, code]).toEqual([what, null]);
}

/** The next engine takes over, and dies as this order passes the point. */
async function dieAt(
  line: EngineLine,
  { at, onRequest }: Death,
  orderId: string,
  tried: Plan['tried'],
): Promise<void> {
  let engine: Engine | null = null;
  line.broker.onRequest((seen) => {
    if (seen.kind === onRequest && seen.orderId === orderId) engine?.signal('SIGKILL');
  });
  engine = await line.waiting();
  await line.takeOver(onRequest ? null : { point: at, orderId, signal: 'SIGKILL' });
  if (tried === 'cancel') {
    await until(async () => (await line.status(orderId)) === 'partially_filled', 'the order works');
    await line.trading.cancel(line.userId, orderId);
  }
  await death(engine, `${at} ${orderId}`);
}

/** Cash to the hundredth of a cent, shares, fills and their events: all as in the books of the broker. */
async function expectSameBooks({ db, broker, userId }: EngineLine): Promise<void> {
  const [account] = await db.query<{ cash: string }>('SELECT cash FROM accounts WHERE user_id = $1', [
    userId,
  ]);
  expect(account!.cash).toBe(decimal(CASH).plus(broker.books.cash()).toFixed(4));
  const positions = await db.query<{ symbol: string; quantity: number }>(
    'SELECT symbol, quantity FROM positions WHERE user_id = $1 AND quantity > 0',
    [userId],
  );
  expect(new Map(positions.map(({ symbol, quantity }) => [symbol, quantity]))).toEqual(
    broker.books.positions(),
  );
  const executed = broker.books
    .orders()
    .flatMap(({ id }) => broker.books.events(id)!)
    .flatMap((event) => (event.type === 'fill' ? event.executionId : []))
    .sort();
  const reported = await db.query<{ id: string }>(
    "SELECT payload->>'id' AS id FROM journal WHERE user_id = $1 AND event = 'trade:executed'",
    [userId],
  );
  expect(reported.map(({ id }) => id).sort()).toEqual(executed);
  const fills = await db.query<{ execution_id: string }>('SELECT execution_id FROM fills');
  expect(fills.map(({ execution_id }) => execution_id).sort()).toEqual(executed);
}

/** The end of each order was reported once, sums are sums, numbers have no hole, and nothing was halted. */
async function expectSound({ db, userId }: EngineLine, orders: number): Promise<void> {
  const ends = await db.query<{ times: number }>(
    `SELECT count(*) AS times FROM journal WHERE user_id = $1 AND event = 'order:update'
      AND payload->>'status' IN ('filled', 'cancelled', 'rejected') GROUP BY payload->>'id'`,
    [userId],
  );
  expect(ends).toEqual(Array.from({ length: orders }, () => ({ times: 1 })));
  expect(await audit(db)).toEqual(SOUND);
  expect(await db.query('SELECT reason FROM halts')).toEqual([]);
}

async function crashEverywhere(line: EngineLine, answer: BrokerAnswer): Promise<void> {
  const { db, broker } = line;
  const points = new Map<string, CrashPoint>();
  const sides = (['buy', 'sell'] as const).map((side, index) => ({ side, index }));
  // From the end to the beginning, so that unclaimed orders are left for the last engine, which does not die.
  for (const [index, point] of CRASH_POINTS.toReversed().entries()) {
    const plan = PLANS[point];
    const { side } = sides[(index + BROKER_ANSWERS.indexOf(answer)) % sides.length]!;
    const orderId = await line.place(requestOf(side, plan), scriptOf(point, answer));
    points.set(orderId, point);
    for (const each of plan.deaths) await dieAt(line, each, orderId, plan.tried);
  }
  const last = await line.takeOver(null);
  const open = "SELECT id FROM orders WHERE status NOT IN ('filled', 'cancelled', 'rejected')";
  await until(async () => (await db.query(open)).length === 0, 'every intent ends');
  await last.call('end');

  // `claiming` does not know yet who passes it.
  const passes = await line.passes();
  const missed = [...points].filter(
    ([orderId, point]) => !passes.has(point === 'claiming' ? point : `${point} ${orderId}`),
  );
  expect(missed).toEqual([]);

  const orders = await db.query<{ id: string; status: string }>('SELECT id, status FROM orders');
  const ends = orders.flatMap(({ id, status }) => (points.has(id) ? [[points.get(id), status]] : []));
  expect(ends.sort()).toEqual(CRASH_POINTS.map((point) => [point, expectedEnd(point, answer)]).sort());
  expect(broker.rows().filter(({ taken }) => taken !== 1)).toEqual([]);
  const submits = broker.requests.filter(({ kind }) => kind === 'submit').map(({ orderId }) => orderId);
  if (answer !== 'busy') expect(submits).toHaveLength(new Set(submits).size);
  await expectSameBooks(line);
  await expectSound(line, orders.length);
}

describe('after a crash at any point there is one order per intent, and our books are those of the broker', () => {
  test.concurrent.each(BROKER_ANSWERS)('when the broker answers: %s', async (answer) => {
    const line = await startEngineLine();
    await crashEverywhere(line, answer).finally(() => line.close());
  });
});

describe('an engine that stalls beyond its lease and wakes', () => {
  test.concurrent('does not send what the next engine has found missing and refused', async () => {
    const line = await startEngineLine();
    try {
      const orderId = await line.place({});
      const sleeper = await line.takeOver({ point: 'sending', orderId, signal: 'SIGSTOP' });
      await until(async () => (await line.passes()).has(`sending ${orderId}`), 'it stalls');
      const next = await line.takeOver(null);
      await until(async () => (await line.status(orderId)) === 'rejected', 'the next engine gives it up');
      sleeper.signal('SIGCONT');
      await until(async () => (await sleeper.call('fencing')) === null, 'it knows');
      await Promise.all([sleeper.call('end'), next.call('end')]);
      expect(
        line.broker.requests.filter((seen) => seen.kind === 'submit' && seen.orderId === orderId),
      ).toEqual([]);
    } finally {
      await line.close();
    }
  });

  test.concurrent('does not ask for the end of what the next engine has let end', async () => {
    const line = await startEngineLine();
    try {
      const orderId = await line.place({ type: 'limit', limitPrice: 95 }, { fills: [] });
      const sleeper = await line.takeOver({ point: 'cancelling', orderId, signal: 'SIGSTOP' });
      await until(async () => (await line.status(orderId)) === 'working', 'the order works');
      await line.trading.cancel(line.userId, orderId);
      await until(async () => (await line.passes()).has(`cancelling ${orderId}`), 'it stalls');
      const next = await line.takeOver(null);
      await until(async () => (await line.status(orderId)) === 'cancelled', 'the next engine ends it');
      sleeper.signal('SIGCONT');
      await until(async () => (await sleeper.call('fencing')) === null, 'it knows');
      await Promise.all([sleeper.call('end'), next.call('end')]);
      const cancels = line.broker.requests.filter(({ kind }) => kind === 'cancel');
      expect(cancels).toEqual([{ kind: 'cancel', orderId }]);
    } finally {
      await line.close();
    }
  });
});
