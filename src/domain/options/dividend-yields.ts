/**
 * The dividend yield of each underlying and expiry, by put-call parity in its whole chain. A reader of one contract and
 * a reader of the chain get the same volatility from it, whatever else is watched, on every replica.
 */
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { MarketQuotes } from '../market/market-quotes.ts';
import type { Chain, ChainRequest, OptionChains } from './chains.ts';
import { snapshotToContract } from './contract-quote.ts';
import { impliedYield } from './contract-values.ts';
import { yearsUntil } from './expiry.ts';
import type { RateFor } from './rates.ts';
import { type YieldMessage, yieldsTopic } from './topics.ts';

export interface DividendYields {
  /** Continuous, as a decimal a year; undefined where no replica has read the chain lately. From memory. */
  of(request: ChainRequest): number | undefined;
  /** Takes the yield from a chain; `spot` is the price of the underlying where the chain has none. */
  learn(request: ChainRequest, chain: Chain, spot: number | undefined): void;
  /** Reads the chains of which none is known. Never rejects. */
  read(requests: Iterable<ChainRequest>): Promise<void>;
  /** Reads the chain again where the yield has become old: for contracts in sight. */
  renew(request: ChainRequest): void;
  /** Follows the readings of all replicas until the returned function is called. */
  start(): Cancel;
}

export interface DividendYieldsParts {
  readonly chains: Pick<OptionChains, 'chain'>;
  readonly stocks: Pick<MarketQuotes, 'quote'>;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Milliseconds since epoch: in a replay it is not our time. */
  readonly marketTime: () => number;
  readonly rateFor?: RateFor | undefined;
  readonly log: Log;
}

/** Dividends are known for weeks, but one reading is no better than the quotes of its moment. */
export const RENEW_MS = 60_000;
/** A page that polls its chain each second must not move the greeks of everyone else each time. */
const STEADY_MS = 10_000;
/** Older than this, what is watched says more of the forward price. */
export const MAX_YIELD_AGE_MS = 15 * 60_000;
/** Chains read for it in a minute: a fifteenth of the usual pace, or a second of drawing in the simulated market. */
const MAX_READINGS = 20;
/** The expiries of a hundred underlyings. */
const MAX_KEPT = 2_000;

const nameOf = ({ underlying, expiry }: ChainRequest): string => `${underlying} ${expiry}`;

export function createDividendYields(parts: DividendYieldsParts): DividendYields {
  const { chains, stocks, bus, clock, marketTime, rateFor, log } = parts;
  const kept = new Map<string, YieldMessage>();
  const asked = new Map<string, { readonly at: number; readonly done: Promise<void> }>();
  const takeReading = createBudget(clock);

  const isOlder = (entry: { readonly at: number } | undefined, ms: number): boolean =>
    entry === undefined || clock.now() - entry.at >= ms;

  function knownOf(request: ChainRequest): YieldMessage | undefined {
    const known = kept.get(nameOf(request));
    return isOlder(known, MAX_YIELD_AGE_MS) ? undefined : known;
  }

  function learn({ underlying, expiry }: ChainRequest, chain: Chain, spot: number | undefined): void {
    if (chain.partial || chain.stale || !isOlder(knownOf({ underlying, expiry }), STEADY_MS)) return;
    const now = marketTime();
    const contracts = chain.contracts.map((one) => snapshotToContract(one, 'live', now));
    // The chain's own price is of the moment of its quotes.
    const moment = { expiry, spot: chain.underlyingPrice ?? spot, now, rateFor };
    const dividendYield = impliedYield(contracts, moment);
    if (dividendYield === undefined) return;
    bus.publish(yieldsTopic, { underlying, expiry, dividendYield, at: clock.now() });
  }

  /** The newest reading counts; of two in the same moment the same one everywhere. */
  function receive(message: YieldMessage): void {
    const name = nameOf(message);
    const before = kept.get(name);
    const isNewer = before === undefined || message.at > before.at;
    if (!isNewer && !(message.at === before.at && message.dividendYield > before.dividendYield)) return;
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(name, message);
  }

  /** A price of before does not belong to the quotes of a chain. */
  async function spotOf(underlying: string): Promise<number | undefined> {
    const { price, state } = await stocks.quote(underlying);
    return state === 'stale' ? undefined : price;
  }

  async function readChain(request: ChainRequest): Promise<void> {
    try {
      const chain = await chains.chain(request);
      const isQuoted = chain.contracts.some(({ bid, ask }) => bid !== undefined && ask !== undefined);
      if (isQuoted) learn(request, chain, chain.underlyingPrice ?? (await spotOf(request.underlying)));
    } catch (error) {
      // Not in the plan, or away: then the contracts in sight have to do.
      if (!(error instanceof TradecastError)) log.warn({ err: error }, 'a chain could not be read');
    }
  }

  /** Once a minute for each chain; who asks meanwhile waits for the same answer. */
  function ask({ underlying, expiry }: ChainRequest): Promise<void> {
    const name = nameOf({ underlying, expiry });
    const before = asked.get(name);
    if (before && !isOlder(before, RENEW_MS)) return before.done;
    if (yearsUntil(expiry, marketTime()) === null || !takeReading()) return Promise.resolve();
    if (asked.size >= MAX_KEPT) asked.clear();
    const done = readChain({ underlying, expiry });
    asked.set(name, { at: clock.now(), done });
    return done;
  }

  return {
    of: (request) => knownOf(request)?.dividendYield,
    learn,
    async read(requests) {
      await Promise.all([...requests].filter((request) => !knownOf(request)).map(ask));
    },
    renew(request) {
      if (isOlder(knownOf(request), RENEW_MS)) void ask(request);
    },
    start: () => bus.subscribe(yieldsTopic, receive),
  };
}

/** False where a minute's readings are used up. */
function createBudget(clock: Clock): () => boolean {
  let [since, readings] = [Number.NEGATIVE_INFINITY, 0];
  return () => {
    if (clock.now() - since >= RENEW_MS) [since, readings] = [clock.now(), 0];
    return ++readings <= MAX_READINGS;
  };
}
