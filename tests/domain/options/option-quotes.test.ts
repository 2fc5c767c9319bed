import { describe, expect, test } from '@jest/globals';
import type { Quote } from '../../../src/domain/market/quote.ts';
import type { Chain, ContractSnapshot } from '../../../src/domain/options/chains.ts';
import { createContractDirectory } from '../../../src/domain/options/contract-directory.ts';
import { createOptionQuotes } from '../../../src/domain/options/option-quotes.ts';
import type { MarketQuotePayload } from '../../../src/protocol/market.ts';
import type { QuoteState } from '../../../src/protocol/quotes.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';

const NOW = Date.parse('2026-01-15T15:00:00Z');
const EXPIRY = '2026-03-20';
const CALL = contractSymbol({ root: 'AAPL', expiry: EXPIRY, right: 'call', strike: 200 });

const LISTED: ContractSnapshot = {
  symbol: CALL,
  underlying: 'AAPL',
  expiry: EXPIRY,
  strike: 200,
  right: 'call',
  multiplier: 100,
  style: 'american',
  price: 10,
  bid: 9.9,
  ask: 10.1,
  open: 9,
  high: 11,
  low: 8,
  previousClose: 9.5,
  volume: 40,
  openInterest: 500,
  greeks: undefined,
  updatedAt: NOW - 1_000,
};
const CHAIN: Chain = {
  contracts: [LISTED],
  underlyingPrice: 201,
  partial: false,
  delayed: false,
  stale: false,
};

function start({
  spot = { price: 200, state: 'live' as QuoteState },
  watched = undefined as Quote | undefined,
  chain = CHAIN,
  dividendYield = undefined as number | undefined,
  learned = [] as Chain[],
} = {}) {
  const stock: MarketQuotePayload = {
    symbol: 'AAPL',
    ...spot,
    change: 0,
    changePercent: 0,
    volume: 1,
    timestamp: new Date(NOW).toISOString(),
    source: 'stream',
  };
  const chains = {
    expirations: async () => [{ expiry: EXPIRY, contracts: 1 }],
    chain: async () => chain,
    contract: async () => LISTED,
    lookUp: async () => ({ listed: [], unlisted: new Set<string>() }),
  };
  return createOptionQuotes({
    chains,
    directory: createContractDirectory({ knows: () => true }),
    options: { get: () => watched },
    stocks: { quote: async () => stock, stateOf: ({ stale }) => (stale ? 'stale' : 'live') },
    yields: { of: () => dividendYield, learn: (_, chain) => void learned.push(chain) },
    stateOf: () => 'closed',
    marketTime: () => NOW,
  });
}

test('contracts have the state of their own market', async () => {
  const { contracts } = await start().chain({ underlying: 'AAPL' });
  expect(contracts).toMatchObject([{ contractId: CALL, price: 10, state: 'closed' }]);
});

test('a contract that nobody watches any more has the price of its chain, not the one streamed hours ago', async () => {
  const hoursAgo = NOW - 7_200_000;
  const watched: Quote = {
    symbol: CALL,
    price: 3,
    volume: 1,
    sourceTime: hoursAgo,
    receivedAt: hoursAgo,
    state: 'stale',
  };
  const quotes = start({ watched });
  expect(await quotes.quote(CALL)).toMatchObject({ price: 10, source: 'snapshot', state: 'closed' });
  expect(await quotes.snapshot(CALL)).toMatchObject({ price: 10, source: 'snapshot', state: 'closed' });
  const live = start({ watched: { ...watched, state: 'live' } });
  expect(await live.quote(CALL)).toMatchObject({ price: 3, source: 'stream', state: 'live' });
});

test('what the feed does not have of a contract is that of the chain; bid and ask go together', async () => {
  const empty: Quote = { symbol: CALL, price: 0, volume: 0, sourceTime: NOW, receivedAt: NOW, state: 'live' };
  const contractOf = async (watched: Quote) =>
    (await start({ watched }).chain({ underlying: 'AAPL' })).contracts[0]!;
  expect(await contractOf(empty)).toMatchObject({
    price: 10,
    bid: 9.9,
    ask: 10.1,
    previousClose: 9.5,
    openInterest: 500,
    state: 'live',
  });
  const watched = await contractOf({ ...empty, price: 11, ask: 11.2, previousClose: 9.6 });
  expect(watched).toMatchObject({ price: 11, ask: 11.2, previousClose: 9.6 });
  expect(watched.bid).toBeUndefined();
});

test('a contract is denied by a whole chain only', async () => {
  const other = contractSymbol({ root: 'AAPL', expiry: EXPIRY, right: 'call', strike: 210 });
  await expect(start().quote(other)).rejects.toMatchObject({ code: 'UNKNOWN_SYMBOL' });
  const half = start({ chain: { ...CHAIN, partial: true } });
  for (const answer of [half.quote(other), half.snapshot(other)])
    await expect(answer).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
  expect(await half.quote(CALL)).toMatchObject({ price: 10 });
});

describe('greeks of a chain', () => {
  const ofVendor = (delta: number) => ({
    impliedVolatility: 0.25,
    delta,
    gamma: 0.03,
    theta: -0.02,
    vega: 0.2,
  });
  const watched: Quote = {
    symbol: CALL,
    price: 10,
    bid: 9.9,
    ask: 10.1,
    volume: 1,
    sourceTime: NOW,
    receivedAt: NOW,
    state: 'live',
  };
  const listing = (greeks: ContractSnapshot['greeks'], part: Partial<Chain> = {}): Chain => ({
    ...CHAIN,
    ...part,
    contracts: [{ ...LISTED, greeks }],
  });
  const first = async (parts: Parameters<typeof start>[0]) =>
    (await start(parts).chain({ underlying: 'AAPL' })).contracts[0]!;

  test('are those of this answer rather than those that the feed had a minute ago', async () => {
    const chain = listing(ofVendor(0.6));
    expect(await first({ chain, watched: { ...watched, greeks: ofVendor(0.5) } })).toMatchObject({
      greeksSource: 'vendor',
      delta: 0.6,
    });
  });

  test.each([
    ['the feed', { listed: ofVendor(0.6), fed: {}, delta: 0.6 }],
    ['the answer', { listed: {}, fed: ofVendor(0.5), delta: 0.5 }],
  ])('stand where those of %s have no numbers', async (_which, { listed, fed, delta }) => {
    const contract = await first({ chain: listing(listed), watched: { ...watched, greeks: fed } });
    expect(contract).toMatchObject({ greeksSource: 'vendor', delta });
  });

  test('of the model rest on no price of the underlying that is of before', async () => {
    const spot = { price: 150, state: 'stale' as const };
    const bare = listing(undefined, { underlyingPrice: undefined });
    expect(await first({ spot, chain: bare })).toMatchObject({ noGreeks: 'no-underlying' });
    const priced = listing(undefined, { stale: true });
    expect(await first({ spot, chain: priced })).toMatchObject({ greeksSource: 'model' });
    expect((await first({ spot, chain: priced })).impliedVolatility).toBe(
      (await first({ spot: { price: 201, state: 'live' }, chain: priced })).impliedVolatility,
    );
  });
});

test('a chain is valued with the yield that all replicas share, and teaches it to them', async () => {
  const learned: Chain[] = [];
  const volatilityWith = async (dividendYield: number) => {
    const { contracts } = await start({ dividendYield, learned }).chain({ underlying: 'AAPL' });
    return contracts[0]!.impliedVolatility!;
  };
  const [with0, with6] = [await volatilityWith(0), await volatilityWith(0.06)];
  expect(with6 - with0).toBeGreaterThan(0.01);
  expect(learned).toEqual([CHAIN, CHAIN]);
});

describe('the underlying of a chain', () => {
  test('has the price of its market', async () => {
    const { underlying } = await start().chain({ underlying: 'AAPL' });
    expect(underlying).toEqual({ symbol: 'AAPL', price: 200, state: 'live' });
  });

  test('has the price of the chain where the other one is of before', async () => {
    const { underlying } = await start({ spot: { price: 150, state: 'stale' } }).chain({
      underlying: 'AAPL',
    });
    expect(underlying).toEqual({ symbol: 'AAPL', price: 201, state: 'live' });
  });
});
