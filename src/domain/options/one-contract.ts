import { TradecastError } from '../../protocol/errors.ts';
import type { MarketQuotePayload, SnapshotPayload } from '../../protocol/market.ts';
import type { AnswerState } from '../market/answer-state.ts';
import type { MarketQuotes } from '../market/market-quotes.ts';
import { newestQuote } from '../market/newest-quote.ts';
import { type Quote, quoteToPayload } from '../market/quote.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { ContractSnapshot, ContractTerms, OptionChains } from './chains.ts';
import { hasExpired, unknownContract } from './contract-check.ts';
import type { ContractDirectory } from './contract-directory.ts';
import { yearsUntil } from './expiry.ts';

export interface OneContractParts {
  readonly chains: Pick<OptionChains, 'chain' | 'contract'>;
  readonly directory: Pick<ContractDirectory, 'knowsUnderlying' | 'remember' | 'terms'>;
  readonly options: Pick<QuoteBoard, 'get'>;
  /** Of contracts. */
  readonly stateOf: AnswerState;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
}

/** A part of a chain is kept for a second; the pages of the next one take some more. */
const RETRY_AFTER_MS = 5_000;

/** One contract by request, in the fields of a stock: what is watched, else what its chain says. */
export function createOneContract(parts: OneContractParts): Pick<MarketQuotes, 'quote' | 'snapshot'> {
  const { chains, directory, options, stateOf, marketTime } = parts;

  /** One that is quoted and has not traded has no price. */
  function watched(symbol: string): Quote | undefined {
    const quote = options.get(symbol);
    return quote && quote.price > 0 ? quote : undefined;
  }

  /** Of an underlying whose name may be another than the symbol says, the terms are asked for. */
  async function termsOf(symbol: string): Promise<ContractTerms> {
    if (!directory.knowsUnderlying(symbol)) {
      const terms = await chains.contract(symbol);
      if (terms) directory.remember([terms]);
    }
    return directory.terms(symbol);
  }

  async function listed(symbol: string): Promise<{ contract: ContractSnapshot; quote: MarketQuotePayload }> {
    const { underlying, expiry } = await termsOf(symbol);
    const now = marketTime();
    if (yearsUntil(expiry, now) === null) throw hasExpired(symbol);
    const chain = await chains.chain({ underlying, expiry });
    const contract = chain.contracts.find((one) => one.symbol === symbol);
    if (!contract) throw chain.partial ? notInPart(symbol) : unknownContract(symbol);
    const price = contract.price ?? contract.previousClose;
    if (price === undefined)
      throw new TradecastError('UNKNOWN_SYMBOL', `${symbol} has not traded: it has no price.`);
    const { bid, ask, open, high, low, previousClose, volume, updatedAt = now } = contract;
    const quote = quoteToPayload({
      symbol,
      price,
      bid,
      ask,
      open,
      high,
      low,
      previousClose,
      volume,
      sourceTime: updatedAt,
      receivedAt: now,
      state: stateOf(chain),
    });
    const source = contract.price === undefined ? 'previous-close' : 'snapshot';
    return { contract, quote: { ...quote, source } };
  }

  return {
    quote: (symbol) => newestQuote(watched(symbol), async () => (await listed(symbol)).quote),
    async snapshot(symbol) {
      const { contract, quote } = await listed(symbol);
      return { ...(await newestQuote(watched(symbol), () => quote)), ...partsOf(contract, quote) };
    },
  };
}

/** The rest of the chain may have it. */
const notInPart = (symbol: string): TradecastError =>
  new TradecastError('UNAVAILABLE', `The chain of ${symbol} has not arrived in full. Try again.`, {
    retryAfterMs: RETRY_AFTER_MS,
  });

/** A chain has no trade by itself and no minute. */
function partsOf(
  { price, bid, ask, open, high, low, volume }: ContractSnapshot,
  { timestamp }: MarketQuotePayload,
): Pick<SnapshotPayload, 'lastQuote' | 'day'> {
  const isQuoted = bid !== undefined || ask !== undefined;
  const hasTraded = price !== undefined && open !== undefined && high !== undefined && low !== undefined;
  return {
    ...(isQuoted && { lastQuote: { bid, ask, timestamp } }),
    ...(hasTraded && { day: { open, high, low, close: price, volume } }),
  };
}
