import type {
  Chain,
  ChainRequest,
  ContractSnapshot,
  ContractTerms,
  OptionChains,
} from '../../domain/options/chains.ts';
import { byStrike, expirationsOf } from '../../domain/options/listing.ts';
import { type AnswerCacheOptions, createAnswerCache } from '../../lib/answer-cache.ts';
import type { Clock } from '../../lib/clock.ts';
import { newYorkDate } from '../../protocol/new-york.ts';
import { type ChainPages, readChainPages } from './chain-pages.ts';
import { createContractLookUp } from './contract-look-up.ts';
import { readContractRow, readTerms } from './contract-rows.ts';
import { fieldsOf, nextPathOf, positive, rowsOf } from './fields.ts';
import { isAway, isMissing, keepErrorMs, refusal } from './refusals.ts';
import type { MassiveRest } from './rest.ts';

/** A page that opens again, or a hundred that open at once, cost one request. */
const CHAIN_FRESH_MS = 1_000;
const CHAIN_STALE_MS = 15_000;
/** Contracts are listed from day to day, and the list of SPY is ten pages long. */
const LISTING_FRESH_MS = 3_600_000;
const LISTING_STALE_MS = 24 * 3_600_000;
/** Contracts with their quotes: all of a hundred chains, about as many bytes as those of the bars. */
const MAX_SNAPSHOTS = 50_000;
/** Listed contracts: those of a hundred underlyings, of which SPY alone has ten thousand. */
const MAX_LISTED = 200_000;
/** All contracts of a hundred chains. */
const MAX_TERMS = 50_000;
const LISTING_PAGE = '1000';
/** Thirty thousand contracts: more than any underlying has. A next page that repeats itself ends here. */
const MAX_LISTING_PAGES = 30;

export interface MassiveChainsOptions {
  readonly rest: Pick<MassiveRest, 'once'>;
  readonly clock: Clock;
}

/** Massive's option contracts by REST: the chain snapshot and the reference of contracts. */
export function createMassiveChains({ rest, clock }: MassiveChainsOptions): OptionChains {
  const chains = createAnswerCache<Chain>({
    ...cacheOptions(clock, CHAIN_FRESH_MS, CHAIN_STALE_MS),
    weightOf: ({ contracts }) => 1 + contracts.length,
    maxWeight: MAX_SNAPSHOTS,
  });
  const listings = createAnswerCache<readonly ContractTerms[]>({
    ...cacheOptions(clock, LISTING_FRESH_MS, LISTING_STALE_MS),
    weightOf: (listed) => 1 + listed.length,
    maxWeight: MAX_LISTED,
  });
  const contracts = createAnswerCache<ContractTerms | null>({
    ...cacheOptions(clock, LISTING_FRESH_MS, LISTING_STALE_MS),
    maxWeight: MAX_TERMS,
  });
  const known = new Map<string, ContractTerms>();
  const remember = (all: readonly ContractTerms[]): void => {
    if (known.size + all.length > MAX_TERMS) known.clear();
    for (const terms of all) known.set(terms.symbol, terms);
  };

  async function list(underlying: string): Promise<readonly ContractTerms[]> {
    let body = await rest.once('/v3/reference/options/contracts', {
      underlying_ticker: underlying,
      expired: 'false',
      sort: 'expiration_date',
      order: 'asc',
      limit: LISTING_PAGE,
    });
    const listed = new Map<string, ContractTerms>();
    for (let page = 1; ; page++) {
      for (const row of rowsOf(body.results)) {
        const terms = readTerms(row, underlying);
        if (terms) listed.set(terms.symbol, terms);
      }
      const next = nextPathOf(body);
      if (next === null || page === MAX_LISTING_PAGES) return [...listed.values()];
      body = await rest.once(next);
    }
  }

  async function ask(symbol: string): Promise<ContractTerms | null> {
    const { results } = await rest.once(`/v3/reference/options/contracts/${encodeURIComponent(symbol)}`);
    return readTerms(results, '') ?? null;
  }

  async function chainOf(request: ChainRequest): Promise<Chain> {
    const { underlying, expiry } = request;
    const { value, stale } = await chains
      .get(`${underlying} ${expiry}`, async (before) => {
        const pages = await readChainPages(rest.once, request);
        // The whole of a moment ago is better than half of now.
        if (before?.partial === false && isAway(pages.failure)) throw pages.failure;
        return toChain(underlying, pages, clock.now());
      })
      .catch(noneOr(underlying, NO_CHAIN));
    remember(value.contracts);
    return { ...value, stale };
  }

  async function contractOf(symbol: string): Promise<ContractTerms | null> {
    const terms = known.get(symbol);
    if (terms) return terms;
    return (await contracts.get(symbol, () => ask(symbol)).catch(noneOr(symbol, null))).value;
  }

  return {
    async expirations(underlying) {
      const { value } = await listings.get(underlying, () => list(underlying)).catch(noneOr(underlying, []));
      remember(value);
      return expirationsOf(value);
    },
    chain: chainOf,
    contract: contractOf,
    lookUp: createContractLookUp({ clock, known, chain: chainOf, contract: contractOf }),
  };
}

const NO_CHAIN: Chain = {
  contracts: [],
  underlyingPrice: undefined,
  partial: false,
  delayed: false,
  stale: false,
};

const cacheOptions = (
  clock: Clock,
  freshMs: number,
  staleMs: number,
): Omit<AnswerCacheOptions<unknown>, 'weightOf' | 'maxWeight'> => ({
  clock,
  freshMs,
  staleMs,
  keepErrorMs,
  mayServeStale: isAway,
});

/** What upstream does not know has no contracts; other errors are the client's to know. */
const noneOr =
  <T>(name: string, none: T) =>
  (error: unknown): { readonly value: T; readonly stale: boolean } => {
    if (isMissing(error)) return { value: none, stale: false };
    throw refusal(error, name);
  };

function toChain(underlying: string, { rows, partial, delayed }: ChainPages, now: number): Chain {
  const bySymbol = new Map<string, ContractSnapshot>();
  let underlyingPrice: number | undefined;
  let isLate = delayed;
  for (const row of rows) {
    const { underlying_asset: asset, last_quote: quote } = fieldsOf(row);
    // An index has a value instead of a price.
    const { price, value } = fieldsOf(asset);
    underlyingPrice ??= positive(price) ?? positive(value);
    isLate ||= fieldsOf(quote).timeframe === 'DELAYED';
    const contract = toSnapshot(underlying, row, now);
    if (contract) bySymbol.set(contract.symbol, contract);
  }
  const contracts = [...bySymbol.values()].sort(byStrike);
  return { contracts, underlyingPrice, partial, delayed: isLate, stale: false };
}

/** Undefined for what is no call and no put. */
function toSnapshot(underlying: string, value: unknown, now: number): ContractSnapshot | undefined {
  const terms = readTerms(fieldsOf(value).details, underlying);
  const row = readContractRow(value, now);
  if (!terms || !row) return undefined;
  const { day, price, tradedAt, quote, previousClose, openInterest, greeks } = row;
  const times = [tradedAt, quote?.time].filter((time) => time !== undefined);
  // The close of an earlier day is the previous one, and not the price of today.
  const isOfToday = day !== undefined || previousClose === undefined;
  return {
    ...terms,
    day: newYorkDate(now),
    price: isOfToday ? price : undefined,
    bid: quote?.bid,
    ask: quote?.ask,
    open: day?.open,
    high: day?.high,
    low: day?.low,
    previousClose,
    volume: day?.volume ?? 0,
    openInterest,
    greeks,
    updatedAt: times.length === 0 ? undefined : Math.max(...times),
  };
}
