import { describe, expect, test } from '@jest/globals';
import type { Quote } from '../../../src/domain/market/quote.ts';
import { greeksOf, priceOf } from '../../../src/domain/options/black-scholes.ts';
import { createContractDirectory } from '../../../src/domain/options/contract-directory.ts';
import { type LiveContract, REVALUE_MS } from '../../../src/domain/options/contract-group.ts';
import { yearsUntil } from '../../../src/domain/options/expiry.ts';
import { createLiveContracts } from '../../../src/domain/options/live-contracts.ts';
import { createEmitter } from '../../../src/lib/emitter.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const NOW = '2026-01-15T15:00:00Z';
const EXPIRY = '2026-03-20';
const nameOf = (right: 'call' | 'put', strike: number, root = 'AAPL') =>
  contractSymbol({ root, expiry: EXPIRY, right, strike });
const CALL = nameOf('call', 200);
const PUT = nameOf('put', 200);
const VENDOR = { impliedVolatility: 0.25, delta: 0.5, gamma: 0.03, theta: -0.02, vega: 0.2 };

function start() {
  const clock = createManualClock(NOW);
  const board = new Map<string, Quote>();
  const changes = createEmitter<[quotes: readonly Quote[]]>();
  const stocks = new Map<string, Quote>();
  let dividendYield: number | undefined;
  const options = { get: (symbol: string) => board.get(symbol), onChange: changes.on };
  const live = createLiveContracts({
    options,
    stocks: { get: (symbol) => stocks.get(symbol) },
    directory: createContractDirectory({ knows: (symbol) => symbol === 'AAPL' || symbol === 'BRK.B' }),
    yields: { of: () => dividendYield, renew() {} },
    marketTime: clock.now,
    clock,
  });
  const seen: LiveContract[] = [];
  live.onChange((contracts) => void seen.push(...contracts));
  live.start();
  const quoteOf = (symbol: string, part: Partial<Quote>): Quote => ({
    symbol,
    price: 10,
    volume: 1,
    sourceTime: clock.now(),
    receivedAt: clock.now(),
    state: 'live',
    ...part,
  });
  return {
    clock,
    live,
    seen,
    post(symbol: string, part: Partial<Quote>) {
      const quote = quoteOf(symbol, part);
      board.set(symbol, quote);
      changes.emit([quote]);
    },
    /** Of the whole chain. */
    imply(implied: number) {
      dividendYield = implied;
    },
    spot: (price: number, symbol = 'AAPL', state: Quote['state'] = 'live') =>
      void stocks.set(symbol, quoteOf(symbol, { price, state })),
    /** Ticks and answers with what changed for a reader. */
    tick() {
      seen.length = 0;
      live.tick();
      return seen.map(({ contract, values }) => ({ symbol: contract.terms.symbol, ...values }));
    },
    /** Bid and ask around the value in a market with this forward price. */
    quoteFrom(
      right: 'call' | 'put',
      strike: number,
      market: { spot: number; rate: number; dividendYield: number },
      volatility = 0.3,
    ) {
      const price = priceOf(market, { right, strike, years: yearsUntil(EXPIRY, clock.now())! }, volatility);
      return { bid: price - 0.01, ask: price + 0.01 };
    },
  };
}

describe('contracts in sight', () => {
  test('have the forward price that calls and puts imply: a dividend is in it', () => {
    const { live, post, spot, quoteFrom, tick } = start();
    const market = { spot: 200, rate: 0.04, dividendYield: 0.06 };
    spot(200);
    live.add([CALL, PUT]);
    post(CALL, quoteFrom('call', 200, market));
    post(PUT, quoteFrom('put', 200, market));
    const years = yearsUntil(EXPIRY, Date.parse(NOW))!;
    const expected = greeksOf(market, { right: 'call', strike: 200, years }, 0.3);
    const [call] = tick();
    expect(call).toMatchObject({ symbol: CALL, greeksSource: 'model', impliedVolatility: 0.3 });
    expect(call!.delta).toBeCloseTo(expected.delta, 3);
  });

  test('have the same values beside an adjusted contract of their strike, which has those of the vendor or none', () => {
    const { live, post, spot, quoteFrom, tick } = start();
    const [adjusted, other] = [nameOf('call', 200, 'AAPL1'), nameOf('put', 200, 'AAPL1')];
    spot(200);
    live.add([CALL, PUT, adjusted, other]);
    for (const right of ['call', 'put'] as const)
      post(nameOf(right, 200), quoteFrom(right, 200, { spot: 200, rate: 0.04, dividendYield: 0 }));
    post(adjusted, { bid: 40, ask: 40.2 });
    post(other, { bid: 1, ask: 1.01, greeks: VENDOR });
    expect(tick()).toEqual([
      expect.objectContaining({ symbol: CALL, impliedVolatility: 0.3 }),
      expect.objectContaining({ symbol: PUT, impliedVolatility: 0.3 }),
      { symbol: adjusted, noGreeks: 'adjusted' },
      { symbol: other, greeksSource: 'vendor', ...VENDOR },
    ]);
  });

  test('without a pair have the rate and no dividend', () => {
    const { live, post, spot, quoteFrom, tick } = start();
    spot(200);
    live.add([CALL]);
    post(CALL, quoteFrom('call', 200, { spot: 200, rate: 0.04, dividendYield: 0 }));
    expect(tick()).toEqual([expect.objectContaining({ symbol: CALL, impliedVolatility: 0.3 })]);
  });

  test('have the yield of their chain, whatever else is watched', () => {
    const { clock, live, post, spot, imply, quoteFrom, tick } = start();
    const market = { spot: 200, rate: 0.04, dividendYield: 0.06 };
    const far = nameOf('call', 260);
    spot(200);
    live.add([far]);
    post(far, quoteFrom('call', 260, market));
    expect(tick()[0]!.impliedVolatility).not.toBe(0.3);
    imply(0.06);
    clock.advance(REVALUE_MS);
    expect(tick()).toEqual([expect.objectContaining({ symbol: far, impliedVolatility: 0.3 })]);
    // Calls and puts of another moment imply another forward price.
    live.add([CALL, PUT]);
    post(CALL, quoteFrom('call', 200, { ...market, dividendYield: 0 }));
    post(PUT, quoteFrom('put', 200, { ...market, dividendYield: 0 }));
    tick();
    clock.advance(REVALUE_MS);
    spot(200.01);
    tick();
    expect(live.get(far)!.values.impliedVolatility).toBeCloseTo(0.3, 3);
  });

  test('follow their underlying, all of them and at most twice a second', () => {
    const { clock, live, post, spot, tick } = start();
    spot(200);
    live.add([CALL, PUT]);
    post(CALL, { bid: 10, ask: 10.1 });
    post(PUT, { bid: 9, ask: 9.1 });
    expect(tick()).toHaveLength(2);
    const before = live.get(CALL)!;
    expect(live.get(CALL)).toBe(before);
    spot(201);
    clock.advance(REVALUE_MS - 1);
    expect(tick()).toEqual([]);
    clock.advance(1);
    expect(tick().map(({ symbol }) => symbol)).toEqual([CALL, PUT]);
    expect(live.get(CALL)!.values.delta).not.toBe(before.values.delta);
    expect(live.get(CALL)!.contract).toBe(before.contract);
    clock.advance(REVALUE_MS);
    expect(tick()).toEqual([]);
  });

  test('that are stale keep what they were worth, wherever the underlying goes, until they expire', () => {
    const { clock, live, post, spot, tick } = start();
    const quoted = { bid: 10, ask: 10.1 };
    spot(200);
    live.add([CALL]);
    post(CALL, quoted);
    const [before] = tick();
    post(CALL, { ...quoted, state: 'stale' });
    expect(tick()).toEqual([before]);
    spot(210);
    clock.advance(REVALUE_MS);
    expect(tick()).toEqual([]);
    post(CALL, quoted);
    const [after] = tick();
    expect(after!.impliedVolatility).not.toBe(before!.impliedVolatility);
    post(CALL, { ...quoted, state: 'stale' });
    clock.advance(Date.parse('2026-03-21T15:00:00Z') - clock.now());
    expect(tick()).toEqual([{ symbol: CALL, noGreeks: 'expired' }]);
  });

  test('have no model value by a price of the underlying that is of before', () => {
    const { clock, live, post, spot, tick } = start();
    spot(200);
    live.add([CALL]);
    post(CALL, { bid: 10, ask: 10.1 });
    expect(tick()).toMatchObject([{ greeksSource: 'model' }]);
    spot(200, 'AAPL', 'stale');
    clock.advance(REVALUE_MS);
    expect(tick()).toEqual([{ symbol: CALL, noGreeks: 'no-underlying' }]);
    spot(200);
    clock.advance(REVALUE_MS);
    expect(tick()).toMatchObject([{ greeksSource: 'model' }]);
  });

  test('cost nothing once they are out of sight', () => {
    const { live, post, spot, tick } = start();
    spot(200);
    live.add([CALL, PUT]);
    expect(live.retain(new Set([CALL]))).toEqual(new Set(['AAPL']));
    post(PUT, { bid: 9, ask: 9.1 });
    expect(tick()).toEqual([]);
    expect(live.get(PUT)).toBeUndefined();
    expect(live.retain(new Set())).toEqual(new Set());
  });

  test('expire: their last value goes', () => {
    const { clock, live, post, spot, tick } = start();
    spot(200);
    live.add([CALL]);
    post(CALL, { bid: 10, ask: 10.1 });
    tick();
    clock.advance(Date.parse('2026-03-20T20:00:00Z') - clock.now());
    expect(tick()).toEqual([{ symbol: CALL, noGreeks: 'expired' }]);
  });

  test('of BRKB and of the adjusted AAPL1 know their underlyings', () => {
    const { live } = start();
    live.add([nameOf('call', 450, 'BRKB'), nameOf('call', 200, 'AAPL1')]);
    expect(live.retain(new Set([nameOf('call', 450, 'BRKB'), nameOf('call', 200, 'AAPL1')]))).toEqual(
      new Set(['BRK.B', 'AAPL']),
    );
  });
});

describe('the vendor’s greeks', () => {
  test('come first, until the underlying has moved since', () => {
    const { clock, live, post, spot, tick } = start();
    spot(200);
    live.add([CALL]);
    post(CALL, { bid: 10, ask: 10.1, greeks: VENDOR });
    expect(tick()).toEqual([{ symbol: CALL, greeksSource: 'vendor', ...VENDOR }]);
    spot(200.3);
    clock.advance(REVALUE_MS);
    expect(tick()).toEqual([]);
    spot(201);
    clock.advance(REVALUE_MS);
    expect(tick()).toMatchObject([{ greeksSource: 'model' }]);
    post(CALL, { bid: 10.5, ask: 10.6, greeks: { ...VENDOR, delta: 0.52 } });
    expect(tick()).toMatchObject([{ greeksSource: 'vendor', delta: 0.52 }]);
  });

  test('of an older price are better than none', () => {
    const { clock, live, post, spot, tick } = start();
    spot(200);
    live.add([CALL]);
    post(CALL, { bid: undefined, ask: undefined, greeks: VENDOR });
    tick();
    spot(190);
    clock.advance(REVALUE_MS);
    expect(tick()).toEqual([]);
    expect(live.get(CALL)!.values).toMatchObject({ greeksSource: 'vendor' });
  });
});
