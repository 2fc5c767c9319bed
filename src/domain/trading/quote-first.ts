import type { Clock } from '../../lib/clock.ts';
import type { InstrumentDirectory } from '../market/instruments.ts';
import type { QuoteBoard } from '../market/quote-board.ts';
import type { Trading } from './trading.ts';

/** How long an order waits for the first quote of a symbol nobody watched until now, milliseconds. */
const FIRST_QUOTE_TIMEOUT_MS = 1_500;

export interface QuoteFirstParts {
  readonly instruments: Pick<InstrumentDirectory, 'knows'>;
  readonly board: QuoteBoard;
  readonly clock: Clock;
  /** Asks for the symbol's quotes; the market lets go of it after its linger. */
  readonly want: (symbol: string) => void;
}

/**
 * An order may name a symbol that nobody has looked at yet: its quotes are asked for before the order is
 * judged, and what has not come by then is refused by the risk checks as ever.
 */
export function withQuoteFirst(
  trading: Trading,
  { instruments, board, clock, want }: QuoteFirstParts,
): Trading {
  async function firstQuote(symbol: string): Promise<void> {
    if (board.get(symbol) || instruments.knows(symbol) === false) return;
    want(symbol);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        stop();
        resolve();
      };
      const cancel = clock.after(FIRST_QUOTE_TIMEOUT_MS, done);
      const stop = board.onChange((quotes) => {
        if (quotes.some((quote) => quote.symbol === symbol)) done();
      });
    });
  }

  return {
    ...trading,
    async place(command) {
      await firstQuote(command.request.symbol);
      return trading.place(command);
    },
  };
}
