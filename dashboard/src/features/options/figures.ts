/** What a chain says as a whole. Prices and strikes are dollars, volatility is a decimal, the rest is contracts. */
import { newYorkDate } from '../../../../src/protocol/new-york.ts';
import type { OptionPayload } from '../../../../src/protocol/options.ts';
import { parseSymbol } from '../../../../src/protocol/symbol.ts';
import type { OptionSide } from '../../stores/chain-choices.ts';
import type { Shown } from '../../stores/keyed.ts';

/** The call and the put of one strike. An adjusted series has the same strikes under a root of its own. */
export interface StrikeRow {
  readonly key: string;
  readonly root: string;
  readonly strike: number;
  readonly call: OptionPayload | null;
  readonly put: OptionPayload | null;
}

const rootOf = (contractId: string): string => {
  const parsed = parseSymbol(contractId);
  return parsed?.kind === 'option' ? parsed.root : '';
};

/** By strike; of the same strike by root. */
export function rowsOf(contracts: readonly OptionPayload[]): readonly StrikeRow[] {
  const rows = new Map<string, StrikeRow>();
  for (const contract of contracts) {
    const root = rootOf(contract.contractId);
    const key = `${root} ${contract.strike}`;
    const row = rows.get(key) ?? { key, root, strike: contract.strike, call: null, put: null };
    rows.set(key, { ...row, [contract.type]: contract });
  }
  return [...rows.values()].sort((a, b) => a.strike - b.strike || a.root.localeCompare(b.root));
}

/** The root of most strikes; the others are adjusted series, whose name must be shown. */
export function mainRoot(rows: readonly StrikeRow[]): string | null {
  const counts = new Map<string, number>();
  for (const { root } of rows) counts.set(root, (counts.get(root) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/**
 * The index of the strike nearest to the price; null where either is missing. Contracts of an adjusted series have
 * other shares behind them: their strike is not a price of the underlying.
 */
export function moneyRow(rows: readonly StrikeRow[], spot: number | undefined): number | null {
  if (spot === undefined || rows.length === 0) return null;
  const main = mainRoot(rows);
  const distance = ({ root, strike }: StrikeRow) =>
    root === main ? Math.abs(strike - spot) : Number.POSITIVE_INFINITY;
  return rows.reduce(
    (nearest, row, index) => (distance(row) < distance(rows[nearest]!) ? index : nearest),
    0,
  );
}

export const isInTheMoney = (side: OptionSide, strike: number, spot: number | undefined): boolean =>
  spot !== undefined && (side === 'call' ? strike < spot : strike > spot);

/** Of call and put at the strike nearest to the price, where it is known of either. */
export function atTheMoneyVolatility(rows: readonly StrikeRow[], spot: number | undefined): number | null {
  const index = moneyRow(rows, spot);
  const row = index === null ? undefined : rows[index];
  const known = [row?.call?.impliedVolatility, row?.put?.impliedVolatility].filter(
    (one): one is number => one !== undefined,
  );
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}

export type Counted = 'volume' | 'openInterest';

/** Puts for each call; null where nothing is counted of the calls, or nothing is known of the puts. */
export function putCallRatio(contracts: readonly OptionPayload[], what: Counted): number | null {
  const sum = (side: OptionSide) => {
    const known = contracts.flatMap((one) => (one.type === side ? (one[what] ?? []) : []));
    return known.length === 0 ? null : known.reduce((total, count) => total + count, 0);
  };
  const [calls, puts] = [sum('call'), sum('put')];
  return calls === null || puts === null || calls === 0 ? null : puts / calls;
}

/** The strike whose calls, or puts, have the largest open interest; null where none is known. */
export function largestOpenInterest(
  contracts: readonly OptionPayload[],
  side: OptionSide,
): { readonly strike: number; readonly openInterest: number } | null {
  return contracts.reduce<{ strike: number; openInterest: number } | null>(
    (largest, { type, strike, openInterest = 0 }) =>
      type === side && openInterest > (largest?.openInterest ?? 0) ? { strike, openInterest } : largest,
    null,
  );
}

/** What stands until a source says otherwise, and what is of one day. A quote alone says nothing of them. */
const STANDING = ['price', 'previousClose', 'openInterest', 'multiplier'] as const;
const OF_THE_DAY = ['open', 'high', 'low'] as const;
const COMPLETED = [...STANDING, ...OF_THE_DAY];

/** A day may begin without a trade: its quote still has the time of the day before. A recording says no day. */
const dayOf = ({ day, timestamp }: OptionPayload): string => day ?? newYorkDate(Date.parse(timestamp));

/** What was said of a day before: the next one begins at its last price, without a trade. */
const asDayBegins = ({ open, high, low, ...held }: OptionPayload): OptionPayload => ({
  ...held,
  volume: 0,
  previousClose: held.price ?? held.previousClose,
});

/** What was pushed, with what only the chain says. */
function completed(held: OptionPayload, pushed: Shown<OptionPayload>): Shown<OptionPayload> {
  // A replay that begins again: what the chain says is still to come.
  if (pushed.timestamp < held.timestamp) return pushed;
  const before = dayOf(held) < dayOf(pushed) ? asDayBegins(held) : held;
  const missing = COMPLETED.filter((field) => pushed[field] === undefined && before[field] !== undefined);
  // The wire counts 0 where nothing was said of the day.
  const untold = pushed.volume === 0 && before.volume > 0;
  if (missing.length === 0 && !untold) return pushed;
  const whole = {
    ...pushed,
    ...Object.fromEntries(missing.map((field) => [field, before[field]])),
    volume: untold ? before.volume : pushed.volume,
  };
  return { ...whole, ...changeOf(whole) };
}

/** As the server counts it: against the previous close, else against the day's open. */
function changeOf({ price, previousClose, open }: OptionPayload) {
  const base = previousClose ?? open;
  if (price === undefined || base === undefined) return { change: 0, changePercent: 0 };
  const change = price - base;
  return { change, changePercent: (change / base) * 100 };
}

/**
 * The newer of what the chain said, which arrived at `receivedAt`, and what was pushed. A replay that begins again goes
 * back in time: there the order of arrival decides.
 */
export function newerOf(
  held: OptionPayload,
  pushed: Shown<OptionPayload> | undefined,
  receivedAt: number,
): OptionPayload {
  // That nothing is pushed of a contract says nothing of what the chain knows.
  if (pushed === undefined || pushed.state === 'missing') return held;
  // The chain was read after midnight; what was pushed has yet to follow.
  if (pushed.state !== 'replay' && dayOf(pushed) < dayOf(held)) return held;
  const isNewer =
    pushed.state === 'replay' ? pushed.receivedAt >= receivedAt : pushed.timestamp >= held.timestamp;
  return isNewer ? completed(held, pushed) : held;
}
