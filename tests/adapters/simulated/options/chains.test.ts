import { describe, expect, test } from '@jest/globals';
import { createSimulatedOptions } from '../../../../src/adapters/simulated/options/source.ts';
import { createTurns } from '../../../../src/adapters/simulated/turns.ts';
import { snapshotToContract } from '../../../../src/domain/options/contract-quote.ts';
import { marketOf, valuationOf } from '../../../../src/domain/options/contract-values.ts';
import { expiryTime } from '../../../../src/domain/options/expiry.ts';
import { isTradingDay } from '../../../../src/protocol/exchange-holidays.ts';
import { createManualClock } from '../../../support/manual-clock.ts';

const NOON = '2026-06-15T16:00:00Z';

function start({ at = NOON, seed = 1 } = {}) {
  const clock = createManualClock(at);
  return { clock, ...createSimulatedOptions({ clock, turns: createTurns(), seed, updatesPerSecond: 4 }) };
}

describe('the expiries of the simulated market', () => {
  test('are weeks, months and Januaries on trading days, nearest first', async () => {
    const { chains } = start();
    const expiries = (await chains.expirations('AAPL')).map(({ expiry }) => expiry);
    // 19 June is Juneteenth: its contracts expire on the Thursday before.
    expect(expiries.slice(0, 3)).toEqual(['2026-06-18', '2026-06-26', '2026-07-02']);
    expect(expiries).toContain('2027-01-15');
    expect(expiries).toEqual([...expiries].sort());
    expect(expiries.filter((date) => !isTradingDay(date))).toEqual([]);
    expect(expiries.slice(-2)).toEqual(['2027-02-19', '2028-01-21']);
  });

  test('are every day for the largest funds', async () => {
    const expiries = (await start().chains.expirations('SPY')).map(({ expiry }) => expiry);
    expect(expiries.slice(0, 4)).toEqual(['2026-06-15', '2026-06-16', '2026-06-17', '2026-06-18']);
  });

  test('end with the close of their day, which is at 13:00 on a half day', async () => {
    const { chains, clock } = start({ at: '2026-11-27T17:59:59Z' });
    expect((await chains.expirations('AAPL'))[0]?.expiry).toBe('2026-11-27');
    clock.advance(1_000);
    expect((await chains.expirations('AAPL'))[0]?.expiry).toBe('2026-12-04');
    expect((await chains.chain({ underlying: 'AAPL', expiry: '2026-11-27' })).contracts).toEqual([]);
    expect(await chains.contract('O:AAPL261127C00220000')).toBeNull();
    expect(await chains.contract('O:AAPL261204C00220000')).toMatchObject({ underlying: 'AAPL', strike: 220 });
  });

  test('are none for an underlying that does not exist', async () => {
    const { chains } = start();
    expect(await chains.expirations('NONE')).toEqual([]);
    expect((await chains.chain({ underlying: 'NONE', expiry: '2026-06-18' })).contracts).toEqual([]);
  });
});

describe('a chain of the simulated market', () => {
  const chainOf = (underlying: string, expiry: string, options = {}) =>
    start(options).chains.chain({ underlying, expiry });

  test('is the same for the same seed and another for another', async () => {
    const [first, again, other] = await Promise.all([
      chainOf('SPY', '2026-06-26'),
      chainOf('SPY', '2026-06-26'),
      chainOf('SPY', '2026-06-26', { seed: 2 }),
    ]);
    expect(first).toEqual(again);
    expect(first.contracts[20]?.price).not.toBe(other.contracts[20]?.price);
  });

  test('lists strikes on both sides of the money, the call before the put', async () => {
    const { contracts, underlyingPrice } = await chainOf('BRK.B', '2026-06-26');
    const strikes = contracts.map(({ strike }) => strike);
    expect(strikes).toEqual([...strikes].sort((a, b) => a - b));
    expect(contracts.slice(0, 2).map(({ right }) => right)).toEqual(['call', 'put']);
    expect(strikes.filter((strike) => strike < underlyingPrice!).length).toBeGreaterThan(30);
    expect(strikes.filter((strike) => strike > underlyingPrice!).length).toBeGreaterThan(30);
    expect(contracts[0]?.symbol).toMatch(/^O:BRKB260626C/);
  });

  test('has spreads that widen away from the money, and most interest at it', async () => {
    const { contracts, underlyingPrice } = await chainOf('SPY', '2026-07-17');
    const calls = contracts.filter(({ right }) => right === 'call');
    const distance = ({ strike }: { strike: number }) => Math.abs(strike - underlyingPrice!);
    const [money] = [...calls].sort((a, b) => distance(a) - distance(b));
    const far = calls.at(-1)!;
    const spread = ({ bid = 0, ask = 0 }) => (ask - bid) / (ask + bid);
    expect(spread(far)).toBeGreaterThan(3 * spread(money!));
    expect(money!.openInterest!).toBeGreaterThan(5 * far.openInterest!);
    expect(money!.volume).toBeGreaterThan(far.volume);
    for (const { bid, ask } of contracts) if (bid !== undefined) expect(bid).toBeLessThan(ask!);
  });

  test('has a smile that the model reads from its prices', async () => {
    const expiry = '2026-07-17';
    const now = Date.parse(NOON);
    const { contracts, underlyingPrice: spot } = await chainOf('SPY', expiry);
    const quotes = contracts.map((contract) => snapshotToContract(contract, 'simulated', now));
    const market = marketOf(quotes, { expiry, spot, now });
    const volatilityNear = (part: number): number => {
      const contract = quotes.find(({ terms }) => terms.right === 'put' && terms.strike >= spot! * part)!;
      const value = valuationOf(contract, market, now);
      return 'impliedVolatility' in value ? value.impliedVolatility : Number.NaN;
    };
    expect(volatilityNear(1)).toBeGreaterThan(0.08);
    expect(volatilityNear(1)).toBeLessThan(0.22);
    expect(volatilityNear(0.93)).toBeGreaterThan(volatilityNear(1));
    expect(volatilityNear(1.05)).toBeLessThan(volatilityNear(0.93));
  });

  test('ends the day before where the next one begins', async () => {
    const midnight = Date.parse('2026-06-16T04:00:00Z');
    const before = await chainOf('AAPL', '2026-06-26', { at: midnight - 1_000 });
    const after = await chainOf('AAPL', '2026-06-26', { at: midnight + 1_000 });
    const [call] = after.contracts.filter(({ strike, right }) => right === 'call' && strike > 215);
    const same = before.contracts.find(({ symbol }) => symbol === call?.symbol)!;
    expect(Math.abs(call!.bid! + call!.ask! - same.bid! - same.ask!) / 2).toBeLessThan(0.03);
    expect(call!.previousClose).toBe(same.price);
  });

  test('stops at its expiry', async () => {
    const { contracts } = await chainOf('SPY', '2026-06-15', { at: expiryTime('2026-06-15') - 60_000 });
    expect(contracts.length).toBeGreaterThan(50);
    expect(contracts.every(({ ask }) => Number.isFinite(ask))).toBe(true);
  });
});
