import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../rig/database/database.ts';
import { silentLog } from '../../../rig/log.ts';
import { CRASH_POINTS, type CrashPoint, crashPointOf } from '../../../rig/ports/crash-points.ts';
import { type Border, watchBroker, watchBus, watchLedger } from '../../../rig/ports/watch.ts';
import { until } from '../../../rig/wait.ts';
import { createLedger } from '../../../src/adapters/stores/trading/ledger.ts';
import type { Broker, BrokerEvent } from '../../../src/domain/trading/broker.ts';
import { createTrading } from '../../../src/domain/trading/create-trading.ts';
import { createExecutor } from '../../../src/domain/trading/execution/executor.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { decimal } from '../../../src/lib/decimal.ts';
import type { OrderRequest } from '../../../src/protocol/orders.ts';
import {
  createStillMarket,
  createTestBus,
  createTestLease,
  createTrader,
  LIMITS,
  requestOf,
  takeEngine,
} from '../../support/trading.ts';

/** Calls that change what the database, the broker or the user knows, at the side of the call where they do. */
const EFFECTS = ['claim done', 'settle done', 'submit begun', 'cancel begun'];
/** An answer of the broker is known to this process alone: what follows may be lost with it. */
const ANSWERS = ['submit done', 'submit failed', 'cancel done', 'cancel failed'];
/** Calls that only read, or only note what the clock and the halts say again to the next engine. */
const READS = ['settled', 'openOrders', 'adopt', 'find', 'ending'];

const isPublish = (step: string): boolean => step.startsWith('publish ') && step.endsWith(' done');
const isEffect = (step: string): boolean =>
  EFFECTS.includes(step) || ANSWERS.includes(step) || isPublish(step);
const isRead = (call: string): boolean => READS.includes(call);
const isPoint = (step: string): step is CrashPoint => (CRASH_POINTS as readonly string[]).includes(step);

/** Effects and crash points in the order in which they happened; a poll that concerns no order is left out. */
function stepsOf(borders: readonly Border[]): string[] {
  const steps: string[] = [];
  for (const [index, border] of borders.entries()) {
    const { call, side, orderIds } = border;
    if (orderIds?.length === 0) continue;
    const answer = borders.slice(index + 1).find((later) => later.call === call && later.side === 'done');
    if (orderIds === null && !answer?.orderIds?.length) continue;
    const step = `${call} ${side}`;
    if (isEffect(step)) steps.push(step);
    const point = crashPointOf(border);
    if (point) steps.push(point);
  }
  return steps;
}

/** Neighbouring effects without a crash point between them; publishing is one effect however many messages it has. */
function unnamedMoments(steps: readonly string[]): string[] {
  const unnamed: string[] = [];
  let last = '';
  for (const step of steps) {
    if (isEffect(step) && isEffect(last) && !(isPublish(step) && isPublish(last)))
      unnamed.push(`${last} → ${step}`);
    last = step;
  }
  return unnamed;
}

/** Takes every order and reports nothing by itself. */
function createSilentBroker() {
  const listeners = new Set<(event: BrokerEvent) => void>();
  const known = new Map<string, BrokerEvent[]>();
  const report = (event: BrokerEvent): void => {
    known.get(event.orderId)?.push(event);
    for (const listener of listeners) listener(event);
  };
  const broker: Broker = {
    submit: async ({ id }) => void known.set(id, []),
    find: async (orderId) => known.get(orderId) ?? null,
    cancel: async (orderId) => report({ type: 'cancelled', orderId, at: 0 }),
    adopt: async () => {},
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {},
  };
  const fill = (orderId: string, quantity: number): void =>
    report({
      type: 'fill',
      orderId,
      executionId: `${orderId}-${quantity}`,
      quantity,
      price: decimal(100),
      at: 0,
    });
  return { broker, fill };
}

describe('the named moments of a crash', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase('embedded');
  });
  afterAll(() => database.close());

  /** Runs one order with a watched executor; answers with all borders that it passed. */
  async function record(
    silent: ReturnType<typeof createSilentBroker>,
    request: Partial<OrderRequest>,
    life: (order: {
      readonly id: string;
      readonly reaches: (status: string) => Promise<void>;
      readonly cancel: () => Promise<unknown>;
    }) => Promise<void>,
  ): Promise<Border[]> {
    const { db } = database;
    const borders: Border[] = [];
    const watch = (border: Border): void => void borders.push(border);
    const ledger = createLedger(db);
    const bus = createTestBus();
    const clock = systemClock;
    const market = createStillMarket();
    const trading = createTrading({ ledger, market, bus, clock, log: silentLog, limits: LIMITS });
    const executor = createExecutor({
      lease: createTestLease(await takeEngine(db)),
      ledger: watchLedger(ledger, watch),
      broker: watchBroker(silent.broker, watch),
      bus: watchBus(bus, watch),
      clock,
      log: silentLog,
    });
    const userId = await createTrader(db);
    executor.start();
    const { order } = await trading.place({
      userId,
      request: requestOf(request),
      source: 'api',
      key: 'key',
    });
    const reaches = (status: string): Promise<void> =>
      until(
        async () => (await trading.orders(userId)).some((one) => one.status === status),
        `the order is ${status}`,
      );
    await life({ id: order.id, reaches, cancel: () => trading.cancel(userId, order.id) });
    await executor.stop();
    return borders;
  }

  test('are all there are: none is missing between two effects, and each is passed', async () => {
    const lossy = createSilentBroker();
    const take = lossy.broker.submit;
    lossy.broker.submit = async (order) => {
      await take(order);
      throw new Error('cut');
    };
    const lost = await record(lossy, {}, async ({ id, reaches }) => {
      await reaches('working');
      lossy.fill(id, 10);
      await reaches('filled');
    });
    const plain = createSilentBroker();
    const cancelled = await record(
      plain,
      { type: 'limit', limitPrice: 101 },
      async ({ id, reaches, cancel }) => {
        await reaches('working');
        plain.fill(id, 4);
        await reaches('partially_filled');
        await cancel();
        await reaches('cancelled');
      },
    );

    const taking = ['claiming', 'claim done', 'claimed', 'publish order:update submitting done', 'sending'];
    const settling = (...events: string[]): string[] => [
      ...['settling', 'settle done', 'settled'],
      ...events.map((event) => `publish ${event} done`),
    ];
    expect(stepsOf(lost)).toEqual([
      ...taking,
      ...['submit begun', 'sent', 'submit failed', 'answered', 'looking-up'],
      ...settling('order:update working'),
      ...settling('trade:executed', 'order:update filled'),
    ]);
    expect(stepsOf(cancelled)).toEqual([
      ...taking,
      ...['submit begun', 'sent', 'submit done', 'answered'],
      ...settling('order:update working'),
      ...settling('trade:executed', 'order:update partially_filled'),
      ...['cancelling', 'cancel begun', 'cancel-sent', 'cancel done', 'cancel-answered'],
      ...settling('order:update cancelled'),
    ]);

    const all = [...lost, ...cancelled];
    expect([unnamedMoments(stepsOf(lost)), unnamedMoments(stepsOf(cancelled))]).toEqual([[], []]);
    expect(new Set(stepsOf(all).filter(isPoint))).toEqual(new Set(CRASH_POINTS));
    // A call that is neither would be an effect without a place in this list.
    const calls = new Set(all.map(({ call, side }) => `${call} ${side === 'failed' ? 'done' : side}`));
    const uncounted = [...calls].filter(
      (step) => step.endsWith(' done') && !isEffect(step) && !isRead(step.slice(0, -' done'.length)),
    );
    expect(uncounted).toEqual([]);
  });

  test('are missed where one is left out', () => {
    const steps = ['claiming', 'claim done', 'publish order:update submitting done', 'sending'];
    expect(unnamedMoments(steps)).toEqual(['claim done → publish order:update submitting done']);
  });
});
