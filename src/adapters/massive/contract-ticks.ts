import type { DayTick, NbboTick } from '../../domain/market/feed.ts';
import { newYorkDay } from '../../protocol/new-york.ts';
import { readContractRow } from './contract-rows.ts';
import { isTime, type SymbolCheck } from './event-checks.ts';
import type { RawEvent } from './events.ts';

/** What one row of a chain says of a contract, as the feed's ticks. */
export interface ContractTicks {
  readonly day: DayTick;
  readonly nbbo: NbboTick | undefined;
}

/**
 * `{"ev":"contract","t":…,"result":…}`: what REST said of a contract at `t`, put among the events so that a recording
 * has it. Bid and ask are a tick of their own: they are younger than the last trade.
 */
export function readContract(
  { t, result }: RawEvent,
  receivedAt: number,
  isSymbol: SymbolCheck,
): ContractTicks | undefined {
  if (!isTime(t, receivedAt)) return undefined;
  const row = readContractRow(result, t);
  if (row === undefined || !isSymbol(row.symbol)) return undefined;
  const { symbol, day, previousClose, openInterest, greeks, quote, tradedAt } = row;
  const sourceTime = tradedAt ?? newYorkDay(t).start;
  if (!isTime(sourceTime, receivedAt)) return undefined;
  return {
    day: {
      symbol,
      sourceTime,
      receivedAt,
      previousClose,
      open: day?.open,
      high: day?.high,
      low: day?.low,
      volume: day?.volume,
      last: day?.close,
      bid: undefined,
      ask: undefined,
      openInterest,
      greeks,
    },
    nbbo:
      quote && isTime(quote.time, receivedAt)
        ? {
            symbol,
            sourceTime: quote.time,
            receivedAt,
            bid: quote.bid,
            bidSize: quote.bidSize,
            ask: quote.ask,
            askSize: quote.askSize,
          }
        : undefined,
  };
}
