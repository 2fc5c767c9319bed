import type { SignalStream } from '../../../protocol/signals.ts';
import type { DueQuote, NextQuote } from './quote-log.ts';

/** A follower who gets no quote for longer has no price: the market is closed, or the feed is away. */
export const NEXT_QUOTE_WITHIN_MS = 60_000;

/** Best bid and ask of a symbol, dollars, and when they were received, or made; milliseconds since epoch. */
export interface SeenQuote extends Pick<NextQuote, 'bid' | 'ask' | 'quotedAt'> {
  readonly symbol: string;
}

/** The moments that wait for a quote. */
export interface Waiting {
  add(due: DueQuote): void;
  /** Symbols with a moment of this stream, in the order in which they came. Costs a look at each symbol. */
  symbolsOf(stream: SignalStream): readonly string[];
  /** Those of one symbol, or all. */
  all(symbol?: string): readonly DueQuote[];
  /** Those before this moment get no quote any more. */
  forget(before: number): void;
  /** Ends the wait of those whose next quote this is. */
  take(quote: SeenQuote): readonly NextQuote[];
}

export const nameOf = ({ stream, seq, moment }: DueQuote): string => `${stream} ${seq} ${moment}`;

function isAmong(dues: Iterable<DueQuote>, stream: SignalStream): boolean {
  for (const due of dues) if (due.stream === stream) return true;
  return false;
}

export function createWaiting(): Waiting {
  const bySymbol = new Map<string, Map<string, DueQuote>>();
  const of = (symbol: string): readonly DueQuote[] => [...(bySymbol.get(symbol)?.values() ?? [])];

  function keep(symbol: string, left: readonly DueQuote[]): void {
    if (left.length === 0) bySymbol.delete(symbol);
    else bySymbol.set(symbol, new Map(left.map((due) => [nameOf(due), due])));
  }

  return {
    add(due) {
      const others = bySymbol.get(due.symbol) ?? new Map<string, DueQuote>();
      others.set(nameOf(due), due);
      bySymbol.set(due.symbol, others);
    },
    symbolsOf: (stream) =>
      [...bySymbol].flatMap(([symbol, dues]) => (isAmong(dues.values(), stream) ? [symbol] : [])),
    all: (symbol) => (symbol === undefined ? [...bySymbol.keys()].flatMap(of) : of(symbol)),
    forget(before) {
      for (const symbol of bySymbol.keys())
        keep(
          symbol,
          of(symbol).filter(({ at }) => at >= before),
        );
    },
    take({ symbol, bid, ask, quotedAt }) {
      const all = of(symbol);
      if (all.length === 0) return [];
      keep(
        symbol,
        all.filter(({ at }) => !(quotedAt > at)),
      );
      return all
        .filter(({ at }) => quotedAt > at && quotedAt - at <= NEXT_QUOTE_WITHIN_MS)
        .map(({ stream, seq, moment, at }) => ({ stream, seq, moment, at, bid, ask, quotedAt }));
    },
  };
}
