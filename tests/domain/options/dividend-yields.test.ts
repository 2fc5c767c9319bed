import { describe, expect, test } from '@jest/globals';
import { createLocalBus } from '../../../src/adapters/local/bus.ts';
import { priceOf } from '../../../src/domain/options/black-scholes.ts';
import { bareSnapshot, type Chain } from '../../../src/domain/options/chains.ts';
import {
  createDividendYields,
  MAX_YIELD_AGE_MS,
  RENEW_MS,
} from '../../../src/domain/options/dividend-yields.ts';
import { yearsUntil } from '../../../src/domain/options/expiry.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const EXPIRY = '2026-03-20';
const NOW = '2026-01-15T15:00:00Z';
const REQUEST = { underlying: 'AAPL', expiry: EXPIRY };
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A chain at the money, quoted in a market with this yield. */
function chainWith(dividendYield: number, part: Partial<Chain> = {}): Chain {
  const years = yearsUntil(EXPIRY, Date.parse(NOW))!;
  const contracts = (['call', 'put'] as const).map((right) => {
    const terms = { strike: 200, right, multiplier: 100, style: 'american' } as const;
    const symbol = contractSymbol({ root: 'AAPL', expiry: EXPIRY, right, strike: 200 });
    const price = priceOf({ spot: 200, rate: 0.04, dividendYield }, { ...terms, years }, 0.3);
    return { ...bareSnapshot({ ...REQUEST, ...terms, symbol }), bid: price - 0.01, ask: price + 0.01 };
  });
  return { contracts, underlyingPrice: 200, partial: false, delayed: false, stale: false, ...part };
}

function start() {
  const clock = createManualClock(NOW);
  const bus = createLocalBus(log);
  const upstream = { answer: async () => chainWith(0.06), questions: 0 };
  const join = () => {
    const yields = createDividendYields({
      chains: {
        chain: () => {
          upstream.questions += 1;
          return upstream.answer();
        },
      },
      stocks: { quote: () => Promise.reject(new TradecastError('UNAVAILABLE', 'away')) },
      bus,
      clock,
      marketTime: () => Date.parse(NOW),
      log,
    });
    yields.start();
    return yields;
  };
  return { clock, upstream, join };
}

describe('the dividend yield of an expiry', () => {
  test('is read from its chain by one replica for all of them', async () => {
    const { upstream, join } = start();
    const [one, other] = [join(), join()];
    await one.read([REQUEST]);
    expect(one.of(REQUEST)).toBeCloseTo(0.06, 6);
    expect(other.of(REQUEST)).toBe(one.of(REQUEST));
    await other.read([REQUEST, REQUEST]);
    other.renew(REQUEST);
    expect(upstream.questions).toBe(1);
    expect(one.of({ ...REQUEST, expiry: '2026-04-17' })).toBeUndefined();
  });

  test('stays for a moment, so that a page that polls its chain moves nobody’s greeks each second', () => {
    const { clock, join } = start();
    const yields = join();
    yields.learn(REQUEST, chainWith(0.06), undefined);
    yields.learn(REQUEST, chainWith(0.05), undefined);
    expect(yields.of(REQUEST)).toBeCloseTo(0.06, 6);
    clock.advance(10_000);
    yields.learn(REQUEST, chainWith(0.05), undefined);
    expect(yields.of(REQUEST)).toBeCloseTo(0.05, 6);
  });

  test('is read again each minute while contracts are in sight, and is forgotten when it is old', async () => {
    const { clock, upstream, join } = start();
    const yields = join();
    await yields.read([REQUEST]);
    upstream.answer = async () => chainWith(0.05);
    clock.advance(RENEW_MS);
    yields.renew(REQUEST);
    yields.renew(REQUEST);
    await yields.read([]);
    expect(upstream.questions).toBe(2);
    expect(yields.of(REQUEST)).toBeCloseTo(0.05, 6);
    clock.advance(MAX_YIELD_AGE_MS);
    expect(yields.of(REQUEST)).toBeUndefined();
  });

  test.each([
    ['half of a chain', () => Promise.resolve(chainWith(0.06, { partial: true }))],
    ['a chain of before', () => Promise.resolve(chainWith(0.06, { stale: true }))],
    [
      'a chain without the price of its underlying',
      () => Promise.resolve(chainWith(0.06, { underlyingPrice: undefined })),
    ],
    ['no answer', () => Promise.reject<Chain>(new TradecastError('UNAVAILABLE', 'away'))],
  ])('is not taken from %s', async (_, answer) => {
    const { upstream, join } = start();
    upstream.answer = answer;
    const yields = join();
    await yields.read([REQUEST]);
    expect(yields.of(REQUEST)).toBeUndefined();
  });

  test('costs the source few questions, however many expiries are watched', async () => {
    const { upstream, join } = start();
    const underlyings = Array.from({ length: 200 }, (_, number) => `X${number}`);
    await join().read(underlyings.map((underlying) => ({ ...REQUEST, underlying })));
    expect(upstream.questions).toBe(20);
  });
});
