import { type RateFor, usualRate } from '../../domain/options/rates.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { fieldsOf, finite, rowsOf } from './fields.ts';
import { isAway } from './refusals.ts';
import type { MassiveRest } from './rest.ts';

/** The yields are of the day before, published once a day. */
const FRESH_MS = 6 * 3_600_000;
/** After a refusal; a plan without them answers the same for days. */
const REFUSED_RETRY_MS = 3_600_000;
/** Upstream, or our own queue, had no time for them and named none. */
const AWAY_RETRY_MS = 60_000;
/** Percent; what is outside is an error of the answer. */
const [LOWEST, HIGHEST] = [-5, 25];

/** The fields of GET /fed/v1/treasury-yields and their terms in years. */
const TERMS = [
  ['yield_1_month', 1 / 12],
  ['yield_3_month', 0.25],
  ['yield_6_month', 0.5],
  ['yield_1_year', 1],
  ['yield_2_year', 2],
  ['yield_3_year', 3],
  ['yield_5_year', 5],
  ['yield_7_year', 7],
  ['yield_10_year', 10],
  ['yield_20_year', 20],
  ['yield_30_year', 30],
] as const;

interface Point {
  readonly years: number;
  readonly rate: number;
}

export interface TreasuryRatesOptions {
  readonly rest: Pick<MassiveRest, 'once'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Treasury yields, asked for when a rate is first needed; the usual rate until they have arrived. */
export function createTreasuryRates({ rest, clock, log }: TreasuryRatesOptions): RateFor {
  let curve: readonly Point[] = [];
  let askAgainAt = 0;

  async function refresh(): Promise<void> {
    askAgainAt = clock.now() + FRESH_MS;
    try {
      const { results } = await rest.once('/fed/v1/treasury-yields', { sort: 'date.desc', limit: '1' });
      const read = readCurve(rowsOf(results)[0]);
      if (read.length === 0) throw new Error('no yields in the answer');
      curve = read;
    } catch (error) {
      askAgainAt = clock.now() + retryMs(error);
      log.warn(
        { err: error },
        'upstream did not deliver the treasury yields: the model keeps the rate it has',
      );
    }
  }

  return (years) => {
    if (clock.now() >= askAgainAt) void refresh();
    return curve.length === 0 ? usualRate(years) : interpolate(curve, years);
  };
}

const retryMs = (error: unknown): number =>
  isAway(error) ? (error.retryAfterMs ?? AWAY_RETRY_MS) : REFUSED_RETRY_MS;

/** Par yields compound twice a year (treasury.gov, "Treasury yield curve methodology"). */
const toContinuous = (percent: number): number => 2 * Math.log(1 + percent / 200);

function readCurve(row: unknown): Point[] {
  const fields = fieldsOf(row);
  return TERMS.flatMap(([name, years]) => {
    const percent = finite(fields[name]);
    return percent !== undefined && percent >= LOWEST && percent <= HIGHEST
      ? [{ years, rate: toContinuous(percent) }]
      : [];
  });
}

/** Between two terms on the line that joins them; beyond the ends, as at the end. */
function interpolate(curve: readonly Point[], years: number): number {
  const next = curve.find((point) => point.years >= years) ?? curve.at(-1)!;
  const before = curve.findLast((point) => point.years < years) ?? next;
  if (before === next || next.years <= before.years) return next.rate;
  const part = Math.min(1, (years - before.years) / (next.years - before.years));
  return before.rate + part * (next.rate - before.rate);
}
