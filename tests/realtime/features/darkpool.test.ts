import { beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '../../../rig/log.ts';
import type { BoardTotals } from '../../../src/domain/off-exchange/totals-board.ts';
import { createEmitter } from '../../../src/lib/emitter.ts';
import { createMetrics } from '../../../src/metrics/index.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';
import { MAX_DARKPOOL_SYMBOLS } from '../../../src/protocol/limits.ts';
import { darkpoolFeature, RANK_INTERVAL_MS } from '../../../src/realtime/features/darkpool.ts';
import { createFollowers } from '../../../src/realtime/features/darkpool-followers.ts';
import { createStateLane } from '../../../src/realtime/state-lane/lane.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createMemoryPeer } from '../../support/memory-peer.ts';

const totalOf = (symbol: string, dollars: number): BoardTotals => ({
  symbol,
  totals: { bullish: BigInt(dollars) * 10n ** 12n, bearish: 0n, unknown: 0n, prints: 1 },
  updatedAt: 0,
  state: 'live',
  arrives: true,
});

/** The feature over a board that the test moves, with one peer. */
function begin() {
  const board = new Map<string, BoardTotals>();
  const changes = createEmitter<[readonly BoardTotals[]]>();
  const doubts = createEmitter();
  const clock = createManualClock('2026-03-02T15:00:00.000Z');
  const { realtime: metrics } = createMetrics();
  const lane = createStateLane({ metrics });
  const peer = createMemoryPeer();
  lane.add(peer);
  const feature = darkpoolFeature({
    totals: {
      get: (symbol) => board.get(symbol),
      heaviest: (count) =>
        [...board.values()].sort((a, b) => Number(b.totals.bullish - a.totals.bullish)).slice(0, count),
      onChange: changes.on,
      onDoubt: doubts.on,
      resync() {},
    },
    demand: { set() {} },
    instruments: { knows: () => true },
  })({
    lane,
    peers: new Set([peer]),
    peersOf: () => [],
    sweep: { onHeads: () => () => {} },
    send() {},
    close() {},
    clock,
    metrics,
    log: silentLog,
  });
  feature.start?.();
  const handlers = feature.handlers!;
  const print = (symbol: string, dollars: number): void => {
    const total = totalOf(symbol, dollars);
    board.set(symbol, total);
    changes.emit([total]);
  };
  return {
    board,
    print,
    doubt: doubts.emit,
    minute: () => clock.advance(RANK_INTERVAL_MS),
    subscribe: (symbols?: string[]) => handlers['subscribe:darkpool']!(peer, symbols),
    unsubscribe: (symbols?: string[]) => handlers['unsubscribe:darkpool']!(peer, symbols),
    watched: () => new Set(lane.watched(peer, feature.sources![0]!)),
  };
}

let service: ReturnType<typeof begin>;
/** As many symbols as one peer may follow, of 1,001 dollars and more. */
const FULL = Array.from({ length: MAX_DARKPOOL_SYMBOLS }, (_, index) => `S${index}`);
beforeEach(() => {
  service = begin();
  FULL.forEach((symbol, index) => void service.print(symbol, 1_001 + index));
});

describe('who follows every symbol', () => {
  test('follows the heaviest of the minute, not those of the subscription', () => {
    service.subscribe();
    service.print('BIG', 1_000_000);
    expect(service.watched()).toEqual(new Set(FULL));
    service.minute();
    expect(service.watched()).toEqual(new Set(['BIG', ...FULL.slice(1)]));
  });

  test('follows those of the new day at once', () => {
    service.subscribe();
    service.board.clear();
    service.print('NEW', 1);
    service.doubt();
    expect(service.watched()).toEqual(new Set(['NEW']));
    service.print('NEXT', 1);
    expect(service.watched()).toEqual(new Set(['NEW', 'NEXT']));
  });

  test('never gets back what was unsubscribed: not with a print, a minute or a doubt', () => {
    service.subscribe();
    service.unsubscribe(['S7']);
    service.print('S7', 2_000);
    expect(service.watched().has('S7')).toBe(false);
    service.print('NEW', 1);
    expect(service.watched().has('NEW')).toBe(true);
    service.minute();
    service.doubt();
    expect(service.watched().has('S7')).toBe(false);
    service.subscribe(['S7']);
    expect(service.watched().has('S7')).toBe(true);
  });

  test('has again what was unsubscribed after another subscription without names', () => {
    service.subscribe();
    service.unsubscribe(['S7']);
    service.subscribe();
    expect(service.watched().has('S7')).toBe(true);
  });

  test('keeps the symbols it names whatever their rank, in the place of lighter ones', () => {
    service.subscribe(['BEFORE']);
    service.subscribe();
    service.subscribe(['SMALL']);
    expect(service.watched()).toEqual(new Set(['BEFORE', 'SMALL', ...FULL.slice(2)]));
    service.minute();
    expect(service.watched()).toEqual(new Set(['BEFORE', 'SMALL', ...FULL.slice(2)]));
  });

  test('may neither name nor give up more symbols than one connection follows', () => {
    service.subscribe();
    const others = FULL.map((symbol) => `X${symbol}`);
    service.unsubscribe(others);
    expect(() => service.unsubscribe(['ONE'])).toThrow('Symbol limit exceeded');
    service.subscribe(others);
    expect(() => service.subscribe(['ONE'])).toThrow('Symbol limit exceeded');
    expect(service.watched()).toEqual(new Set(others));
  });

  test('follows nothing more after an unsubscription without names', () => {
    service.subscribe();
    service.unsubscribe();
    service.print('NEW', 1);
    service.minute();
    expect(service.watched()).toEqual(new Set());
  });
});

test('symbols that move cost a follower that is full nothing', () => {
  let looks = 0;
  class Watched extends Set<string> {
    override has(symbol: string): boolean {
      looks += 1;
      return super.has(symbol);
    }
  }
  const full = new Watched(FULL);
  const followers = createFollowers({
    heaviest: () => FULL,
    watched: () => full,
    watch: () => () => {},
    refusal: () => new TradecastError('SYMBOL_LIMIT', 'too many'),
  });
  followers.add(createMemoryPeer());
  looks = 0;
  followers.appeared(Array.from({ length: 5_000 }, (_, index) => `N${index}`));
  expect(looks).toBe(0);
});
