import type { DiscreetQuestions } from '../../domain/market/discreet.ts';
import type { Clock } from '../../lib/clock.ts';
import { isContract } from '../../protocol/symbol.ts';
import { readContractRow, readTerms } from './contract-rows.ts';
import { type Fields, fieldsOf, positive, rowsOf, timeOf } from './fields.ts';
import { isMissing, refusal } from './refusals.ts';
import type { MassiveRest } from './rest.ts';

export interface MassiveDiscreetOptions {
  readonly rest: Pick<MassiveRest, 'once'>;
  readonly clock: Clock;
}

/** Contracts whose underlying is remembered: those of the signals of a few days. */
const MAX_KEPT = 1_000;

interface BidAndAsk {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly time: number | undefined;
}

/** Massive's reference and snapshots of one symbol by REST, at the pace of all requests and without their caches. */
export function createMassiveDiscreet({ rest, clock }: MassiveDiscreetOptions): DiscreetQuestions {
  /** A contract's root may be another name than its underlying. */
  const underlyings = new Map<string, string>();

  async function underlyingOf(contract: string): Promise<string | undefined> {
    const known = underlyings.get(contract);
    if (known !== undefined) return known;
    const { results } = await rest.once(`/v3/reference/options/contracts/${encodeURIComponent(contract)}`);
    const terms = readTerms(results, '');
    if (!terms) return undefined;
    if (underlyings.size >= MAX_KEPT) underlyings.clear();
    underlyings.set(contract, terms.underlying);
    return terms.underlying;
  }

  async function isListed(stock: string): Promise<boolean> {
    const query = { ticker: stock, limit: '1', market: 'stocks', active: 'true' };
    const { results } = await rest.once('/v3/reference/tickers', query);
    return rowsOf(results).some((row) => fieldsOf(row).ticker === stock);
  }

  async function ofStock(stock: string): Promise<BidAndAsk> {
    const path = `/v2/snapshot/locale/us/markets/stocks/tickers/${encodeURIComponent(stock)}`;
    const { p, P, t }: Fields = fieldsOf(fieldsOf((await rest.once(path)).ticker).lastQuote);
    return { bid: positive(p), ask: positive(P), time: timeOf(t) };
  }

  async function ofContract(contract: string): Promise<BidAndAsk | undefined> {
    const underlying = await underlyingOf(contract);
    if (underlying === undefined) return undefined;
    const [stock, name] = [underlying, contract].map(encodeURIComponent);
    const { results } = await rest.once(`/v3/snapshot/options/${stock}/${name}`);
    return readContractRow(results, clock.now())?.quote;
  }

  return {
    async exists(symbol) {
      try {
        return isContract(symbol) ? (await underlyingOf(symbol)) !== undefined : await isListed(symbol);
      } catch (error) {
        if (isMissing(error)) return false;
        throw refusal(error, symbol);
      }
    },
    async lastQuote(symbol) {
      try {
        const { bid, ask, time } = (await (isContract(symbol) ? ofContract : ofStock)(symbol)) ?? {};
        return bid === undefined || ask === undefined || time === undefined ? undefined : { bid, ask, time };
      } catch (error) {
        throw refusal(error, symbol);
      }
    },
  };
}
