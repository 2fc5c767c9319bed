import { describe, expect, jest, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import type { Journal } from '../../../src/domain/journal/journal.ts';
import { portfolioTopic } from '../../../src/domain/trading/topics.ts';
import { createMetrics } from '../../../src/metrics/index.ts';
import { createJournalStreams } from '../../../src/realtime/event-lane/journal-streams.ts';
import {
  createPortfolioViews,
  type PortfolioViewsParts,
} from '../../../src/realtime/features/portfolio-views.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemoryPeer } from '../../support/memory-peer.ts';

/** A client that closed the page while its command waited for its limit and its session. */
const gone = createMemoryPeer();
gone.leave();
const bus = createLocalBus(silentLog);

describe('a client that has left before its subscription runs', () => {
  test('opens no portfolio, which nobody would close', () => {
    const read = jest.fn<PortfolioViewsParts['read']>();
    const views = createPortfolioViews({
      bus,
      clock: createManualClock('2026-03-02T15:00:00.000Z'),
      log: silentLog,
      lane: {} as PortfolioViewsParts['lane'],
      read,
      mark: jest.fn<PortfolioViewsParts['mark']>(),
      onSymbols() {},
    });
    const stop = views.start();
    views.subscribe(gone);
    bus.publish(portfolioTopic, { userId: 'u1' });
    views.tick();
    expect(read).not.toHaveBeenCalled();
    stop();
  });

  test('follows no journal', async () => {
    const head = { epoch: 'e', seq: 1, floor: 0 };
    const readAfter = jest.fn<Journal['readAfter']>(async () => []);
    const journal = { head: async () => head, readAfter } as unknown as Journal;
    const streams = createJournalStreams({
      ...{ journal, bus, metrics: createMetrics().realtime, log: silentLog },
      ended: () => {},
    });
    const stop = streams.start();
    const { start } = await streams.subscribe(gone, 'u1', { epoch: 'e', seq: 0 });
    start();
    streams.headIs('u1', { epoch: 'e', seq: 2 });
    expect(readAfter).not.toHaveBeenCalled();
    stop();
  });
});

test('a subscription that fails leaves a later one of the same connection alone', async () => {
  const here = createMemoryPeer();
  const heads = [
    Promise.withResolvers<never>(),
    Promise.withResolvers<{ epoch: string; seq: number; floor: number }>(),
  ];
  const asked = heads.values();
  const readAfter = jest.fn<Journal['readAfter']>(async () => []);
  const journal = { head: () => asked.next().value?.promise, readAfter } as unknown as Journal;
  const streams = createJournalStreams({
    ...{ journal, bus, metrics: createMetrics().realtime, log: silentLog },
    ended: () => {},
  });
  const stop = streams.start();
  const first = streams.subscribe(here, 'u1');
  const second = streams.subscribe(here, 'u1', { epoch: 'e', seq: 0 });
  heads[0]!.reject(new Error('the database is away'));
  await expect(first).rejects.toThrow('the database is away');
  heads[1]!.resolve({ epoch: 'e', seq: 1, floor: 0 } as never);
  (await second).start();
  expect(readAfter).toHaveBeenCalledTimes(1);
  stop();
});
