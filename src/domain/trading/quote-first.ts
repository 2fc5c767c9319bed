import type { Clock } from '../../lib/clock.ts';
import type { OrderRequest, Side } from '../../protocol/orders.ts';
import type { InstrumentDirectory } from '../instrument/directory.ts';
import { instrumentOf } from '../instrument/instrument.ts';
import type { Demand } from '../market/demand.ts';
import type { Quote } from '../market/quote.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { MarketView } from './market-view.ts';
import type { Trading } from './trading.ts';

/** How long an order waits for the first quote to trade on of a symbol that had no viewer until now. */
export const FIRST_QUOTE_TIMEOUT_MS = 1_500;

export interface QuoteFirstParts {
  readonly instruments: Pick<InstrumentDirectory, 'knows'>;
  readonly board: Pick<QuoteBoard, 'get' | 'onChange'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly view: Pick<MarketView, 'fitness' | 'isOpen'>;
  readonly clock: Clock;
}

/**
 * An order may name a symbol without a viewer: its quotes are requested before the order is judged. Without a
 * quote by then, the risk checks deny the order as ever. The symbols of positions and open orders are requested
 * all the time (`followTradedSymbols`), from before the feed's first quote on.
 */
export function withQuoteFirst(
  trading: Trading,
  { instruments, board, demand, view, clock }: QuoteFirstParts,
): Trading {
  /** How many orders wait for each symbol. */
  const waiting = new Map<string, number>();

  const want = (symbol: string, change: 1 | -1): void => {
    const count = (waiting.get(symbol) ?? 0) + change;
    if (count > 0) waiting.set(symbol, count);
    else waiting.delete(symbol);
    demand.set('orders being placed', waiting.keys());
  };

  /** A trade or a snapshot may come before the first bid and ask: neither is one to trade on. */
  const canBeJudged = (quote: Quote, side: Side): boolean => {
    const { [side]: price, fault } = view.fitness(quote);
    return price !== null || fault === 'halted' || (quote.state !== 'stale' && !view.isOpen(quote.symbol));
  };

  const firstQuote = ({ symbol, side }: OrderRequest): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        cancel();
        stop();
        resolve();
      };
      const cancel = clock.after(FIRST_QUOTE_TIMEOUT_MS, done);
      const stop = board.onChange((quotes) => {
        if (quotes.some((quote) => quote.symbol === symbol && canBeJudged(quote, side))) done();
      });
      want(symbol, 1);
    });

  const needsQuote = (symbol: string): boolean => {
    // Contracts are refused whatever they cost.
    if (instrumentOf(symbol).kind === 'option') return false;
    const known = board.get(symbol);
    // A symbol that lost its last viewer is stale on the board until it is wanted again.
    return (!known || known.state === 'stale') && instruments.knows(symbol) !== false;
  };

  return {
    ...trading,
    async place(command) {
      const { symbol } = command.request;
      if (!needsQuote(symbol)) return trading.place(command);
      try {
        await firstQuote(command.request);
        return await trading.place(command);
      } finally {
        want(symbol, -1);
      }
    },
  };
}
