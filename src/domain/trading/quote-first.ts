import type { Clock } from '../../lib/clock.ts';
import type { InstrumentDirectory } from '../instrument/directory.ts';
import type { Demand } from '../market/demand.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { Trading } from './trading.ts';

/** How long an order waits for the first quote of a symbol nobody watched until now, milliseconds. */
export const FIRST_QUOTE_TIMEOUT_MS = 1_500;

export interface QuoteFirstParts {
  readonly instruments: Pick<InstrumentDirectory, 'knows'>;
  readonly board: Pick<QuoteBoard, 'get' | 'onChange'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly clock: Clock;
}

/**
 * An order may name a symbol that nobody looks at: its quotes are asked for before the order is judged, and what
 * has not come by then is refused by the risk checks as ever. The symbols that the account holds are asked for
 * all the time (`followTradedSymbols`), from before the feed's first quote on.
 */
export function withQuoteFirst(
  trading: Trading,
  { instruments, board, demand, clock }: QuoteFirstParts,
): Trading {
  /** How many orders wait for each symbol. */
  const waiting = new Map<string, number>();

  const want = (symbol: string, change: 1 | -1): void => {
    const count = (waiting.get(symbol) ?? 0) + change;
    if (count > 0) waiting.set(symbol, count);
    else waiting.delete(symbol);
    demand.set('orders being placed', waiting.keys());
  };

  const firstQuote = (symbol: string): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        cancel();
        stop();
        resolve();
      };
      const cancel = clock.after(FIRST_QUOTE_TIMEOUT_MS, done);
      const stop = board.onChange((quotes) => {
        if (quotes.some((quote) => quote.symbol === symbol && quote.state !== 'stale')) done();
      });
      want(symbol, 1);
    });

  return {
    ...trading,
    async place(command) {
      const { symbol } = command.request;
      const known = board.get(symbol);
      // What was let go of is stale on the board until somebody wants it again.
      if ((known && known.state !== 'stale') || instruments.knows(symbol) === false)
        return trading.place(command);
      try {
        await firstQuote(symbol);
        return await trading.place(command);
      } finally {
        want(symbol, -1);
      }
    },
  };
}
