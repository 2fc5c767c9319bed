import { TradecastError } from '../../protocol/errors.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import type { ChainPayload, ExpirationPayload, OptionPayload } from '../../protocol/options.ts';
import type { AnswerState } from '../market/answer-state.ts';
import type { MarketQuotes } from '../market/market-quotes.ts';
import type { Quote } from '../market/quote.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { Chain, OptionChains } from './chains.ts';
import { createContractCheck } from './contract-check.ts';
import type { ContractDirectory } from './contract-directory.ts';
import {
  type ContractQuote,
  contractToPayload,
  quoteToContract,
  snapshotToContract,
  valuationToPayload,
} from './contract-quote.ts';
import { marketOf, valuationOf } from './contract-values.ts';
import type { DividendYields } from './dividend-yields.ts';
import { yearsUntil } from './expiry.ts';
import { saneVendor } from './model.ts';
import { createOneContract } from './one-contract.ts';
import type { RateFor } from './rates.ts';

/** Which contracts of an underlying; dollars, both bounds included. */
export interface ChainQuery {
  readonly underlying: string;
  /** YYYY-MM-DD; the nearest one by default. */
  readonly expiry?: string | undefined;
  readonly type?: 'call' | 'put' | undefined;
  readonly strikeFrom?: number | undefined;
  readonly strikeTo?: number | undefined;
}

/** Contracts by request, whether they are watched or not. Every method throws NOT_IN_PLAN and UNAVAILABLE. */
export interface OptionQuotes extends Pick<MarketQuotes, 'quote' | 'snapshot'> {
  /** Throws VALIDATION for an expiry that has passed, NOT_FOUND for one that the underlying does not have. */
  chain(query: ChainQuery, signal?: AbortSignal): Promise<ChainPayload>;
  expirations(underlying: string): Promise<ExpirationPayload[]>;
  /**
   * Throws UNKNOWN_SYMBOL where one of these contracts does not exist. Costs the source few questions, however many there
   * are.
   */
  check(contracts: readonly string[]): Promise<void>;
  /** Of what the source says of contracts: their market has other hours than that of stocks. */
  readonly stateOf: AnswerState;
}

export interface OptionQuotesParts {
  readonly chains: OptionChains;
  readonly directory: Pick<ContractDirectory, 'knowsUnderlying' | 'remember' | 'terms'>;
  readonly options: Pick<QuoteBoard, 'get'>;
  readonly stocks: Pick<MarketQuotes, 'quote' | 'stateOf'>;
  readonly yields: Pick<DividendYields, 'learn' | 'of'>;
  /** Of contracts. */
  readonly stateOf: AnswerState;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
  readonly rateFor?: RateFor | undefined;
}

const DAY_MS = 86_400_000;

export function createOptionQuotes(parts: OptionQuotesParts): OptionQuotes {
  const { chains, directory, options, stocks, yields, stateOf, marketTime, rateFor } = parts;

  async function expirations(underlying: string): Promise<ExpirationPayload[]> {
    const now = marketTime();
    const today = Date.parse(newYorkDate(now));
    const known = await chains.expirations(underlying);
    return known
      .filter(({ expiry }) => yearsUntil(expiry, now) !== null)
      .map(({ expiry, contracts }) => ({
        expiry,
        daysLeft: Math.round((Date.parse(expiry) - today) / DAY_MS),
        contracts,
      }));
  }

  /** Null where the underlying has no contracts. */
  async function expiryOf({ underlying, expiry }: ChainQuery): Promise<string | null> {
    if (expiry !== undefined && yearsUntil(expiry, marketTime()) === null)
      throw new TradecastError('VALIDATION', `expiry: ${expiry} has passed`);
    const known = await expirations(underlying);
    if (expiry === undefined) return known[0]?.expiry ?? null;
    if (known.some((one) => one.expiry === expiry)) return expiry;
    throw new TradecastError('NOT_FOUND', `${underlying} has no contracts that expire on ${expiry}.`);
  }

  function valued(
    chain: Chain,
    spot: number | undefined,
    query: ChainQuery,
    expiry: string,
  ): OptionPayload[] {
    const now = marketTime();
    const state = stateOf(chain);
    const contracts = chain.contracts.map((snapshot) =>
      newerOf(options.get(snapshot.symbol), snapshotToContract(snapshot, state, now)),
    );
    const request = { underlying: query.underlying, expiry };
    yields.learn(request, chain, spot);
    const market = marketOf(contracts, { expiry, spot, now, rateFor, dividendYield: yields.of(request) });
    return contracts
      .filter((contract) => isIn(query, contract))
      .map((contract) => contractToPayload(contract, valuationToPayload(valuationOf(contract, market, now))));
  }

  return {
    ...createOneContract(parts),
    stateOf,
    expirations,
    async chain(query, signal) {
      const { underlying } = query;
      const expiry = await expiryOf(query);
      const chain = expiry === null ? undefined : await chains.chain({ underlying, expiry }, signal);
      const head = await underlyingOf(stocks, underlying, chain);
      directory.remember(chain?.contracts ?? []);
      // A price of before values nothing that is quoted now; that of the chain is of the same moment.
      const spot = head.state === 'stale' ? chain?.underlyingPrice : head.price;
      const contracts = chain && expiry !== null ? valued(chain, spot, query, expiry) : [];
      return {
        underlying: head,
        expiry,
        contracts,
        partial: chain?.partial ?? false,
        asOf: asOf(contracts) ?? new Date(marketTime()).toISOString(),
      };
    },
    check: createContractCheck(parts),
  };
}

/** The price of the underlying, by its own market or by the chain. */
async function underlyingOf(
  stocks: OptionQuotesParts['stocks'],
  symbol: string,
  chain: Chain | undefined,
): Promise<ChainPayload['underlying']> {
  // The price of a plan without stocks, and of a moment in which they are away, is in the chain.
  const ofChain = chain?.underlyingPrice !== undefined && {
    symbol,
    price: chain.underlyingPrice,
    state: stocks.stateOf(chain),
  };
  try {
    const { price, state } = await stocks.quote(symbol);
    return state === 'stale' && ofChain && ofChain.state !== 'stale' ? ofChain : { symbol, price, state };
  } catch (error) {
    if (!(error instanceof TradecastError) || !ofChain) throw error;
    return ofChain;
  }
}

/** What the chain said of a day before, as the day begins with it: at its last price, and without a trade. */
function onDay(listed: ContractQuote, day: string | undefined): ContractQuote {
  if (listed.day === undefined || day === undefined || listed.day >= day) return listed;
  const none = { open: undefined, high: undefined, low: undefined, volume: 0 };
  return { ...listed, ...none, day, previousClose: listed.price ?? listed.previousClose };
}

/** What the feed keeps up of a contract, with what only the chain says: a quote alone says nothing of trading. */
function newerOf(quote: Quote | undefined, listed: ContractQuote): ContractQuote {
  if (!quote || quote.state === 'stale') return listed;
  const live = quoteToContract(quote, listed.terms);
  const before = onDay(listed, live.day);
  const isQuoted = live.bid !== undefined || live.ask !== undefined;
  return {
    ...live,
    ...(!isQuoted && { bid: listed.bid, ask: listed.ask }),
    price: live.price ?? before.price,
    open: live.open ?? before.open,
    high: live.high ?? before.high,
    low: live.low ?? before.low,
    previousClose: live.previousClose ?? before.previousClose,
    // The feed counts 0 where it knows nothing of the day.
    volume: live.volume > 0 ? live.volume : before.volume,
    openInterest: live.openInterest ?? listed.openInterest,
    // Those of the feed may be a minute old. Where a vendor's solver gave up, the object is there without its numbers.
    greeks: [listed.greeks, live.greeks].find((greeks) => greeks && saneVendor(greeks)),
  };
}

const isIn = ({ type, strikeFrom, strikeTo }: ChainQuery, { terms }: ContractQuote): boolean =>
  (type === undefined || terms.right === type) &&
  (strikeFrom === undefined || terms.strike >= strikeFrom) &&
  (strikeTo === undefined || terms.strike <= strikeTo);

/** The newest of the contracts; all of them are written alike. */
const asOf = (contracts: readonly OptionPayload[]): string | undefined =>
  contracts
    .map(({ timestamp }) => timestamp)
    .sort()
    .at(-1);
