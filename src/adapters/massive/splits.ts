import type { Split, SplitCalendar } from '../../domain/market/splits.ts';
import { isDay } from '../../protocol/new-york.ts';
import { type Fields, fieldsOf, nextPathOf, positive, rowsOf } from './fields.ts';
import { refusal } from './refusals.ts';
import type { MassiveRest } from './rest.ts';

/** A share has had fewer splits in all its time. */
const MAX_PAGES = 3;

function splitOf(row: unknown): Split[] {
  const { ticker, execution_date: day, split_from, split_to } = fieldsOf(row);
  const [from, to] = [positive(split_from), positive(split_to)];
  if (typeof ticker !== 'string' || typeof day !== 'string' || !isDay(day)) return [];
  return from === undefined || to === undefined || from === to ? [] : [{ symbol: ticker, day, from, to }];
}

/** `GET /v3/reference/splits`. */
export const createMassiveSplits = ({ get }: Pick<MassiveRest, 'get'>): SplitCalendar => ({
  async splits(symbol, from, to) {
    try {
      return await readSplits(get, symbol, from, to);
    } catch (error) {
      throw refusal(error, symbol);
    }
  },
});

async function readSplits(
  get: MassiveRest['get'],
  symbol: string,
  from: string,
  to: string,
): Promise<Split[]> {
  const splits: Split[] = [];
  let body: Fields = await get('/v3/reference/splits', {
    ticker: symbol,
    'execution_date.gte': from,
    'execution_date.lte': to,
  });
  for (let page = 1; ; page++) {
    splits.push(...rowsOf(body.results).flatMap(splitOf));
    const next = nextPathOf(body);
    if (next === null || page === MAX_PAGES) return splits;
    body = await get(next);
  }
}
