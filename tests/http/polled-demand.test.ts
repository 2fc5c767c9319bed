import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../rig/log.ts';
import { createLocalBus } from '../../src/adapters/local/bus.ts';
import { createDemand, DEMAND_REFRESH_MS, type Demand } from '../../src/domain/market/demand.ts';
import { STOCK_TOPICS } from '../../src/domain/market/topics.ts';
import { createPolledDemand, type PolledDemand } from '../../src/http/polled-demand.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

const POLL_MS = 5_000;

describe('the demand of polled symbols', () => {
  let clock: ManualClock;
  let demand: Demand;
  let polled: PolledDemand;
  let wanted: readonly string[];

  beforeEach(() => {
    clock = createManualClock('2026-03-02T15:00:00.000Z');
    const bus = createLocalBus(silentLog);
    wanted = [];
    bus.subscribe(STOCK_TOPICS.demand, ({ symbols }) => {
      wanted = symbols;
    });
    demand = createDemand({ bus, topics: STOCK_TOPICS, clock, replica: 'here' });
    polled = createPolledDemand({ demand, clock });
    demand.start();
  });
  afterEach(() => demand.stop());

  function poll(symbols: readonly string[], forMs: number): void {
    for (let ms = 0; ms < forMs; ms += POLL_MS) {
      polled.want(symbols);
      clock.advance(POLL_MS);
    }
  }

  test('stays for as long as it is polled', () => {
    poll(['IBM'], 180_000);
    expect(wanted).toEqual(['IBM']);
  });

  test('ends within three refreshes of the last poll, and not before the next two', () => {
    poll(['IBM'], 60_000);
    clock.advance(DEMAND_REFRESH_MS);
    expect(wanted).toEqual(['IBM']);
    clock.advance(2 * DEMAND_REFRESH_MS);
    expect(wanted).toEqual([]);
  });

  test('of one symbol ends while another is polled on', () => {
    poll(['IBM', 'AAPL'], 20_000);
    poll(['AAPL'], 2 * DEMAND_REFRESH_MS);
    expect(wanted).toEqual(['IBM', 'AAPL']);
    poll(['AAPL'], 2 * DEMAND_REFRESH_MS + POLL_MS);
    expect(wanted).toEqual(['AAPL']);
  });
});
