import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { FIXTURES } from '../../../rig/recordings/places.ts';
import type { ContractQuote } from '../../../src/domain/options/contract-quote.ts';
import { marketOf, valuationOf } from '../../../src/domain/options/contract-values.ts';
import { yearsUntil } from '../../../src/domain/options/expiry.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';

/** A moment before the half day's close, 13:00 in New York. */
const NOW = Date.parse('2015-12-24T18:00:00Z') - 1;
/** Dollars for a point of volatility: below it a cent is a fifth of a point, and prices are in steps of five. */
const LEAST_VEGA = 0.05;
const POINT = 0.01;
/**
 * From one strike to the next a market's volatility changes by less. Where the recording's changes by more, its solver has
 * stopped somewhere: of calls near the money with a week to go it says 106 %, 319 %, 320 % and 82 %,
 * one strike after the other.
 */
const LEAP = 2 * POINT;

interface Row {
  readonly expiry: string;
  readonly strike: number;
  readonly right: 'call' | 'put';
  readonly bid: number;
  readonly ask: number;
  /** The price that the recording valued; its volatility is 0 where it found none. */
  readonly close: number;
  readonly volatility: number;
}

const linesOf = (file: string): string[][] =>
  gunzipSync(readFileSync(path.join(FIXTURES, 'lean/option/usa', file)))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

function readChain(): { spot: number; rows: Row[] } {
  const quotes = new Map(
    linesOf('daily/goog_20151224_close.csv.gz').map(([expiry, strike, right, bid, ask]) => [
      `${expiry} ${Number(strike)} ${right}`,
      { bid: Number(bid), ask: Number(ask) },
    ]),
  );
  const [stock, ...contracts] = linesOf('universes/goog/20151224.csv.gz');
  const rows = contracts.map(([date = '', strike, right, , , , close, , , volatility]) => ({
    expiry: `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`,
    strike: Number(strike),
    right: right === 'C' ? ('call' as const) : ('put' as const),
    ...quotes.get(`${date} ${Number(strike)} ${right}`)!,
    close: Number(close),
    volatility: Number(volatility),
  }));
  return { spot: Number(stock![6]), rows };
}

const toQuote = ({ expiry, strike, right, bid, ask }: Row): ContractQuote => ({
  terms: {
    symbol: contractSymbol({ root: 'GOOG', expiry, right, strike }),
    underlying: 'GOOG',
    expiry,
    strike,
    right,
    multiplier: 100,
    style: 'american',
  },
  price: undefined,
  bid: bid || undefined,
  ask: ask || undefined,
  open: undefined,
  high: undefined,
  low: undefined,
  previousClose: undefined,
  volume: 0,
  openInterest: undefined,
  greeks: undefined,
  updatedAt: NOW,
  state: 'closed',
});

/** Whether the recording says of the next strikes about what it says of this one. */
function isSteady(row: Row, chain: readonly Row[]): boolean {
  const strikes = chain.filter(({ right }) => right === row.right).sort((a, b) => a.strike - b.strike);
  const at = strikes.indexOf(row);
  return [strikes[at - 1], strikes[at + 1]].every(
    (next) => next === undefined || Math.abs(next.volatility - row.volatility) <= LEAP,
  );
}

/**
 * What became of a contract: why it says nothing about the model, or whether the volatilities agree. The causes are the
 * recording's own: none of them asks what the model makes of its volatility.
 */
function judge(row: Row, chain: readonly Row[], spot: number, market: ReturnType<typeof marketOf>): string {
  const years = yearsUntil(row.expiry, NOW);
  if (market === null || years === null) return 'expires with this close';
  const quote = toQuote(row);
  const ours = valuationOf(quote, market, NOW);
  if ('reason' in ours)
    return ours.reason === 'no-quote' ? 'a side is missing, or the spread is too wide' : ours.reason;
  if (ours.vega < LEAST_VEGA) return 'its price hardly depends on volatility';
  if (!(row.volatility > 0)) return 'the recording has none';
  const spread = row.ask - row.bid;
  if (Math.abs(row.close - (row.bid + row.ask) / 2) > spread / 10)
    return 'the recording valued a price that is not the middle of the last quote';
  const isInTheMoney = row.right === 'call' ? row.strike < spot : row.strike > spot;
  if (isInTheMoney)
    return 'in the money: the recording repeats the volatility of the call or put at the same strike';
  if (!isSteady(row, chain)) return 'the recorded volatility leaps from strike to strike';
  return Math.abs(ours.impliedVolatility - row.volatility) <= POINT / 2 ? 'agrees' : 'differs';
}

test('at the close of GOOG on 24 December 2015, nine in ten volatilities that the recording can answer for agree', () => {
  const { spot, rows } = readChain();
  const causes: Record<string, number> = {};
  for (const expiry of new Set(rows.map((row) => row.expiry))) {
    const chain = rows.filter((row) => row.expiry === expiry);
    const market = marketOf(chain.map(toQuote), { expiry, spot, now: NOW });
    for (const row of chain) {
      const cause = judge(row, chain, spot, market);
      causes[cause] = (causes[cause] ?? 0) + 1;
    }
  }
  const { agrees = 0, differs = 0, ...left } = causes;
  expect(agrees / (agrees + differs)).toBeGreaterThanOrEqual(0.9);
  expect({ agrees, differs, left }).toEqual({
    agrees: 42,
    differs: 1,
    left: {
      'the recording valued a price that is not the middle of the last quote': 741,
      'in the money: the recording repeats the volatility of the call or put at the same strike': 497,
      'a side is missing, or the spread is too wide': 421,
      'its price hardly depends on volatility': 111,
      'the recording has none': 84,
      'the recorded volatility leaps from strike to strike': 105,
      'below-intrinsic': 14,
    },
  });
});

test('a call and a put at the money have one volatility: the forward price of their parity is in it', () => {
  const { spot, rows } = readChain();
  const chain = rows.filter(({ expiry }) => expiry === '2016-03-18');
  const market = marketOf(chain.map(toQuote), { expiry: '2016-03-18', spot, now: NOW });
  const [call, put] = chain
    .filter(({ strike }) => strike === 750)
    .map((row) => valuationOf(toQuote(row), market, NOW));
  if (!call || !put || 'reason' in call || 'reason' in put) throw new Error('both have a volatility');
  expect(Math.abs(call.impliedVolatility - put.impliedVolatility)).toBeLessThan(POINT / 4);
});
