import type { ChainRequest } from '../../domain/options/chains.ts';
import { type Fields, isDelayed, nextPathOf, rowsOf } from './fields.ts';
import { type MassiveRest, RestError } from './rest.ts';

/** The most that upstream answers in one page. */
const PAGE_LIMIT = '250';
/** Two thousand contracts of one expiry: more than any has. A next page that repeats itself ends here. */
const MAX_PAGES = 8;

export interface ChainPages {
  /** As upstream wrote them. */
  readonly rows: readonly unknown[];
  /** There are more rows: a later page failed, or there are too many. */
  readonly partial: boolean;
  /** Of the page that failed. */
  readonly failure?: RestError;
  readonly delayed: boolean;
}

export interface ChainPagesRequest extends ChainRequest {
  /** Both included, dollars. */
  readonly strikeFrom?: number;
  readonly strikeTo?: number;
}

/** The rows of one expiry. Throws RestError where the first page fails. */
export async function readChainPages(
  ask: MassiveRest['once'],
  { underlying, expiry, strikeFrom, strikeTo }: ChainPagesRequest,
): Promise<ChainPages> {
  let body: Fields = await ask(`/v3/snapshot/options/${encodeURIComponent(underlying)}`, {
    expiration_date: expiry,
    ...(strikeFrom !== undefined && { 'strike_price.gte': String(strikeFrom) }),
    ...(strikeTo !== undefined && { 'strike_price.lte': String(strikeTo) }),
    limit: PAGE_LIMIT,
  });
  const rows = [...rowsOf(body.results)];
  const delayed = isDelayed(body);
  for (let page = 1; nextPathOf(body) !== null; page++) {
    if (page === MAX_PAGES) return { rows, partial: true, delayed };
    try {
      body = await ask(nextPathOf(body)!);
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      return { rows, partial: true, failure: error, delayed };
    }
    rows.push(...rowsOf(body.results));
  }
  return { rows, partial: false, delayed };
}
