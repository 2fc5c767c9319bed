import { describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import type { TradeTick } from '../../../src/domain/market/feed.ts';
import { createOffExchangeSums, type OffExchangeSums } from '../../../src/domain/off-exchange/sums.ts';
import { createTotalsBoard, RANKING_MS } from '../../../src/domain/off-exchange/totals-board.ts';
import { publishTotals } from '../../../src/domain/off-exchange/totals-publisher.ts';
import { newYorkTime } from '../../../src/protocol/new-york.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { trade } from '../../support/ticks.ts';

const MONDAY = '2026-06-15';
const TUESDAY = '2026-06-16';
const NOON = newYorkTime(MONDAY, 720);
const INTERVAL_MS = 50;

/** Engines whose totals replicas show, over a bus in memory. */
function begin() {
  const clock = createManualClock(NOON);
  const bus = createLocalBus(silentLog);
  let sequence = 0;
  const board = () => {
    const started = createTotalsBoard({ bus, clock, replica: 'r', newestLease: () => null });
    started.start();
    return started;
  };
  return {
    clock,
    board,
    /** Published from now on, until the returned function is called. */
    publish: (sums: OffExchangeSums, lease: number) =>
      publishTotals({
        bus,
        clock,
        sums,
        lease,
        intervalMs: INTERVAL_MS,
        arrival: { sends: () => true, state: () => 'live' },
        scope: () => ({ symbols: '*', quoted: 0, shed: 0, shedAt: null }),
        mayPublish: () => true,
      }),
    /** A print of a hundred dollars. */
    print(sums: OffExchangeSums, symbol: string, fields: Partial<TradeTick> = {}): void {
      sequence += 1;
      const own = { exchange: 4, trf: 202, tradeId: String(sequence), sequence };
      sums.trade(trade({ symbol, price: 1, sourceTime: clock.now(), ...own, ...fields }));
    },
    pass: (ms = 2 * INTERVAL_MS) => clock.advance(ms),
  };
}
const newSums = (): OffExchangeSums => createOffExchangeSums({ minNotional: 0, tapeNotional: 1e9 });

describe('what a replica shows', () => {
  test('begins again before another engine’s totals change anything', () => {
    const { board, publish, print, pass } = begin();
    const sums = newSums();
    const end = publish(sums, 1);
    const shown = board();
    print(sums, 'AAPL');
    print(sums, 'AAPL');
    pass();
    end();
    const seen: string[] = [];
    shown.onDoubt(() => seen.push(`doubt ${shown.get('AAPL')?.totals.prints}`));
    shown.onChange(([one]) => seen.push(`change ${one?.totals.prints}`));
    const next = newSums();
    print(next, 'AAPL');
    publish(next, 2);
    pass();
    expect(seen).toEqual(['doubt 1', 'change 1']);
  });

  test('is of the day that has begun, also where nothing of it counts yet, on old and new replicas', () => {
    const { clock, board, publish, print, pass } = begin();
    const sums = newSums();
    publish(sums, 1);
    const old = board();
    print(sums, 'AAPL');
    pass();
    expect([old.day(), old.heaviest(9).length]).toEqual([MONDAY, 1]);
    clock.advance(newYorkTime(TUESDAY, 240) - clock.now());
    print(sums, 'AAPL', { exchange: 11, trf: 0 });
    const young = board();
    pass();
    for (const one of [old, young]) expect([one.day(), one.heaviest(9)]).toEqual([TUESDAY, []]);
    print(sums, 'MSFT');
    pass();
    for (const one of [old, young]) expect(one.heaviest(9).map(({ symbol }) => symbol)).toEqual(['MSFT']);
  });

  test('is that of the day before until then, also on a replica that starts at night', () => {
    const { clock, board, publish, print, pass } = begin();
    const sums = newSums();
    publish(sums, 1);
    print(sums, 'AAPL');
    pass();
    clock.advance(newYorkTime(TUESDAY, 60) - clock.now());
    const young = board();
    pass();
    expect([young.day(), young.heaviest(9).length]).toEqual([MONDAY, 1]);
  });

  test('is ranked once a second, with the amounts of now, and at once where a symbol is new', () => {
    const { board, publish, print, pass } = begin();
    const sums = newSums();
    publish(sums, 1);
    const shown = board();
    const ranks = () => shown.heaviest(9).map(({ symbol, totals }) => `${symbol} ${totals.prints}`);
    print(sums, 'AAPL');
    pass();
    expect(ranks()).toEqual(['AAPL 1']);
    print(sums, 'MSFT', { size: 1_000 });
    pass();
    expect(ranks()).toEqual(['MSFT 1', 'AAPL 1']);
    print(sums, 'AAPL', { size: 10_000 });
    pass();
    expect(ranks()).toEqual(['MSFT 1', 'AAPL 2']);
    pass(RANKING_MS);
    expect(ranks()).toEqual(['AAPL 2', 'MSFT 1']);
  });
});
