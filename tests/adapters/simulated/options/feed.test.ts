import { describe, expect, test } from '@jest/globals';
import { createSimulatedOptions } from '../../../../src/adapters/simulated/options/source.ts';
import { createTurns } from '../../../../src/adapters/simulated/turns.ts';
import { createCollectingSink } from '../../../support/collecting-sink.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const NOON = '2026-06-15T16:00:00Z';
const CALL = 'O:SPY260626C00580000';
const PUT = 'O:SPY260626P00580000';

async function start({ at = NOON, symbols = [CALL, PUT] } = {}) {
  const clock = createManualClock(at);
  const source = createSimulatedOptions({ clock, turns: createTurns(), seed: 1, updatesPerSecond: 4 });
  const sink = createCollectingSink();
  source.feed.setSymbols(new Set(symbols));
  source.feed.start(sink);
  return { clock, sink, ...source };
}

describe('a contract that is watched', () => {
  test('has its day, its minutes and a quote at once, and is confirmed', async () => {
    const { sink, chains } = await start();
    const chain = await chains.chain({ underlying: 'SPY', expiry: '2026-06-26' });
    const listed = chain.contracts.find(({ symbol }) => symbol === CALL)!;
    const day = sink.days.find(({ symbol }) => symbol === CALL)!;
    const { previousClose, openInterest, open, high, low, volume } = listed;
    expect(day).toMatchObject({ previousClose, openInterest, open, high, low, volume, last: listed.price });
    expect(sink.quotes.find(({ symbol }) => symbol === CALL)).toMatchObject({
      bid: listed.bid,
      ask: listed.ask,
    });
    expect(sink.candleFills.get(CALL)!.length).toBeGreaterThan(60);
    expect(sink.flowing).toEqual(new Set([CALL, PUT]));
  });

  test('ticks with its underlying: calls and puts move against each other, and trades add up to its volume', async () => {
    const { clock, sink, chains } = await start();
    const before = sink.days.find(({ symbol }) => symbol === CALL)!.volume!;
    clock.advance(600_000);
    const of = (symbol: string) => sink.quotes.filter((quote) => quote.symbol === symbol);
    expect(of(CALL).length).toBeGreaterThan(10);
    const moved = (symbol: string) => of(symbol).at(-1)!.ask! - of(symbol)[0]!.ask!;
    expect(Math.sign(moved(CALL))).toBe(-Math.sign(moved(PUT)));
    const traded = sink.trades
      .filter(({ symbol }) => symbol === CALL)
      .reduce((sum, { size }) => sum + size, 0);
    const chain = await chains.chain({ underlying: 'SPY', expiry: '2026-06-26' });
    expect(before + traded).toBe(chain.contracts.find(({ symbol }) => symbol === CALL)!.volume);
  });

  test('is silent where it does not exist, and from its expiry on', async () => {
    const { clock, sink } = await start({
      at: '2026-06-15T19:59:00Z',
      symbols: ['O:SPY260615C00580000', 'O:NONE260615C00580000', 'O:SPY260615C00580500'],
    });
    expect([...sink.flowing]).toEqual(['O:SPY260615C00580000']);
    clock.advance(61_000);
    expect(sink.flowing.size).toBe(0);
    const frames = sink.quotes.length;
    clock.advance(60_000);
    expect(sink.quotes).toHaveLength(frames);
  });

  test('begins a new day at midnight in New York', async () => {
    const { clock, sink } = await start({ at: '2026-06-16T03:59:30Z' });
    clock.advance(60_000);
    const days = sink.days.filter(({ symbol }) => symbol === CALL);
    expect(days).toHaveLength(2);
    expect(days[1]!.volume).toBe(0);
    expect(days[1]!.previousClose).not.toBe(days[0]!.previousClose);
  });

  test('is left alone once it is no longer wanted', async () => {
    const { clock, sink, feed } = await start();
    feed.setSymbols(new Set([PUT]));
    const { length } = sink.quotes;
    clock.advance(10_000);
    expect(sink.quotes.slice(length).every(({ symbol }) => symbol === PUT)).toBe(true);
    expect([...sink.flowing]).toEqual([PUT]);
    await feed.stop();
    expect(clock.pending()).toBe(0);
  });
});

describe('the past of a contract', () => {
  const bars = async (request: { from: string; to: string; timespan?: 'minute' | 'day' }) => {
    const { history } = await start();
    return history({ candles: async () => [] }).bars({
      symbol: CALL,
      timespan: request.timespan ?? 'minute',
      multiplier: 1,
      from: Date.parse(request.from),
      to: Date.parse(request.to),
      adjusted: true,
      limit: 10_000,
    });
  };

  test('is the minutes that the feed begins with', async () => {
    const { sink } = await start();
    const page = await bars({ from: '2026-06-15T04:00:00Z', to: NOON });
    expect(page.bars).toEqual(sink.candleFills.get(CALL));
  });

  test('is days of the last ten, and NOT_IN_PLAN before', async () => {
    const page = await bars({ from: '2026-05-01T04:00:00Z', to: NOON, timespan: 'day' });
    expect(page.bars).toHaveLength(10);
    await expect(bars({ from: '2026-05-01T04:00:00Z', to: '2026-06-01T04:00:00Z' })).rejects.toMatchObject({
      code: 'NOT_IN_PLAN',
    });
  });
});
