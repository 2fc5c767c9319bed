import type { Quote } from '../../src/domain/market/quote.ts';
import { priceOf } from '../../src/domain/options/black-scholes.ts';
import { createContractDirectory } from '../../src/domain/options/contract-directory.ts';
import { REVALUE_MS } from '../../src/domain/options/contract-group.ts';
import { yearsUntil } from '../../src/domain/options/expiry.ts';
import { createLiveContracts } from '../../src/domain/options/live-contracts.ts';
import { contractSymbol } from '../../src/protocol/symbol.ts';
import { type BenchCase, milliseconds, thousands } from '../support/case.ts';
import { cpuSeconds } from '../support/usage.ts';

const CONTRACTS = 1_000;
/** Calls and puts of one expiry. */
const PER_EXPIRY = 100;
const SPOT = 200;
const WARM_UP = 100;
const ROUNDS = 200;
const MAX_MS = 5;

/** Ten expiries of one underlying, each strike with a call and a put. */
const NAMES = Array.from({ length: CONTRACTS }, (_, index) => {
  const month = String(1 + Math.floor(index / PER_EXPIRY)).padStart(2, '0');
  const strike = SPOT - PER_EXPIRY / 4 + Math.floor((index % PER_EXPIRY) / 2);
  return {
    root: 'AAPL',
    expiry: `2027-${month}-15`,
    strike,
    right: index % 2 === 0 ? 'call' : 'put',
  } as const;
});

export const greeks: BenchCase = {
  name: 'greeks',
  title: 'implied volatility and greeks of contracts in sight',
  how: `One replica has ${thousands(CONTRACTS)} contracts of ten expiries in sight, and their underlying moves. One tick finds
the forward price of each expiry, the volatility of each contract by Newton's method, and its greeks. All contracts
change, so that every value is made anew. The figure is the CPU time of the process for one tick, the mean of
${ROUNDS}.`,

  async run({ quick }) {
    const rounds = quick ? 5 : ROUNDS;
    const { move, tick, changed } = createChain();
    for (let round = 0; round < (quick ? 5 : WARM_UP); round++) {
      move();
      tick();
    }
    let spent = 0;
    for (let round = 0; round < rounds; round++) {
      move();
      const before = cpuSeconds();
      tick();
      spent += cpuSeconds() - before;
      if (changed() !== CONTRACTS) throw new Error(`${changed()} of ${CONTRACTS} contracts were valued`);
    }
    const ms = (spent / rounds) * 1_000;
    return {
      rows: [
        {
          what: `implied volatility and greeks of ${thousands(CONTRACTS)} contracts, CPU time`,
          measured: milliseconds(ms),
          yardstick: '–',
          target: `≤ ${MAX_MS} ms`,
          reached: ms <= MAX_MS,
        },
      ],
      notes: [`${((ms * 1_000) / CONTRACTS).toFixed(1)} µs for one contract`],
    };
  },
};

function createChain() {
  let now = Date.parse('2026-11-20T15:00:00Z');
  let spot = SPOT;
  let valued = 0;
  const board = new Map<string, Quote>();
  const live = createLiveContracts({
    options: { get: (symbol) => board.get(symbol), onChange: () => () => {} },
    stocks: { get: (symbol) => quoteOf(symbol, { price: spot }) },
    directory: createContractDirectory({ knows: () => true }),
    yields: { of: () => 0.01, renew() {} },
    marketTime: () => now,
    clock: { now: () => now, every: () => () => {}, after: () => () => {} },
  });
  const quoteOf = (symbol: string, part: Partial<Quote>): Quote => ({
    symbol,
    price: 1,
    volume: 0,
    sourceTime: now,
    receivedAt: now,
    state: 'live',
    ...part,
  });
  for (const contract of NAMES) {
    const terms = { ...contract, years: yearsUntil(contract.expiry, now)! };
    const smile = 0.3 + 0.4 * Math.log(contract.strike / SPOT) ** 2;
    const price = priceOf({ spot: SPOT, rate: 0.04, dividendYield: 0.01 }, terms, smile);
    const symbol = contractSymbol(contract);
    board.set(symbol, quoteOf(symbol, { price, bid: price * 0.99, ask: price * 1.01 }));
  }
  live.add(board.keys());
  live.onChange((contracts) => {
    valued = contracts.length;
  });
  return {
    /** The underlying moves a little, there and back: every delta changes. */
    move() {
      now += REVALUE_MS;
      spot = spot === SPOT ? SPOT * 1.001 : SPOT;
      valued = 0;
    },
    tick: live.tick,
    changed: () => valued,
  };
}
