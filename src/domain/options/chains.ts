/** The port of option contracts by request, beside the feed of those that are watched. */
import type { Candle } from '../market/candle.ts';
import type { MarketFeed } from '../market/feed.ts';
import type { Freshness, MarketHistory } from '../market/history.ts';
import type { VendorGreeks } from '../market/quote.ts';
import type { RateFor } from './rates.ts';

/** What a contract says. */
export interface ContractTerms {
  /** `O:…` */
  readonly symbol: string;
  /** The stock: its root may be another name (`BRKB` for BRK.B, `AAPL1` after a split). */
  readonly underlying: string;
  /** YYYY-MM-DD. */
  readonly expiry: string;
  /** Dollars. */
  readonly strike: number;
  readonly right: 'call' | 'put';
  /** Shares; null where nobody says. */
  readonly multiplier: number | null;
  /** Whether it may be exercised before its expiry. */
  readonly style: 'american' | 'european';
}

/** A contract and what is known of its trading. Prices are dollars per share, volumes contracts, times epoch ms. */
export interface ContractSnapshot extends ContractTerms {
  /** The trading day of open, high, low, volume and previous close; absent in a recording. */
  readonly day?: string;
  /** Of the last trade. */
  readonly price: number | undefined;
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly open: number | undefined;
  readonly high: number | undefined;
  readonly low: number | undefined;
  readonly previousClose: number | undefined;
  readonly volume: number;
  readonly openInterest: number | undefined;
  readonly greeks: VendorGreeks | undefined;
  /** When its newest part was made; undefined where nothing says. */
  readonly updatedAt: number | undefined;
}

/** A contract of which nothing is known but its terms. */
export const bareSnapshot = (terms: ContractTerms): ContractSnapshot => ({
  ...terms,
  price: undefined,
  bid: undefined,
  ask: undefined,
  open: undefined,
  high: undefined,
  low: undefined,
  previousClose: undefined,
  volume: 0,
  openInterest: undefined,
  greeks: undefined,
  updatedAt: undefined,
});

/** All contracts of an underlying with one expiry: the forward price is found from calls and puts together. */
export interface ChainRequest {
  readonly underlying: string;
  /** YYYY-MM-DD. */
  readonly expiry: string;
}

export interface Chain extends Freshness {
  /** By strike, the call before the put. */
  readonly contracts: readonly ContractSnapshot[];
  /** Of the underlying, as the source of the chain says it; undefined where it does not. */
  readonly underlyingPrice: number | undefined;
  /** Upstream failed in the middle: there are more contracts. */
  readonly partial: boolean;
}

export interface Expiration {
  /** YYYY-MM-DD. */
  readonly expiry: string;
  /** Number of its contracts. */
  readonly contracts: number;
}

/** What a source says of contracts; of one in neither part it cannot say now. */
export interface ContractsFound {
  readonly listed: readonly ContractTerms[];
  readonly unlisted: ReadonlySet<string>;
}

/**
 * The contracts of a market. Every method throws NOT_IN_PLAN where the source does not have them and UNAVAILABLE where
 * it does not answer now.
 */
export interface OptionChains {
  /** Those that have not expired, nearest first; none for an underlying without contracts. */
  expirations(underlying: string): Promise<readonly Expiration[]>;
  /** Throws the reason of `signal` when it aborts: nobody waits for the chain any more. */
  chain(request: ChainRequest, signal?: AbortSignal): Promise<Chain>;
  /** The terms of one contract; null where there is no such contract. */
  contract(symbol: string): Promise<ContractTerms | null>;
  /**
   * Which of the contracts exist, and their terms. Those given may be read from symbols. Costs the source few
   * questions, however many are named.
   */
  lookUp(contracts: readonly ContractTerms[]): Promise<ContractsFound>;
}

/** The option market of a source: what is watched, and what is asked for. */
export interface OptionSource {
  readonly feed: MarketFeed;
  readonly chains: OptionChains;
  /** What money earns; without it the model takes the usual rate. */
  readonly rateFor?: RateFor;
  /** The past of contracts; `candles` are today's minutes as the feed has made them. */
  history(parts: { candles(symbol: string): Promise<readonly Candle[]> }): Pick<MarketHistory, 'bars'>;
}
