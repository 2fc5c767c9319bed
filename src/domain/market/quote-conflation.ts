import type { Conflation } from '../bus/topic.ts';
import type { Quote } from './quote.ts';
import type { QuotesMessage } from './quotes-message.ts';

interface Gathered {
  readonly head: Omit<QuotesMessage, 'quotes'>;
  /** Oldest change first. */
  readonly quotes: Map<string, Quote>;
}

/** The latest quote of each symbol since the last `take`, in messages of at most `maxBytes`. */
export function createQuoteConflation(maxBytes: number): Conflation<QuotesMessage> {
  let gathered: Gathered | null = null;

  return {
    add({ quotes: changed, ...head }) {
      const isNewEngine = gathered === null || head.lease !== gathered.head.lease;
      const quotes = isNewEngine ? new Map<string, Quote>() : gathered!.quotes;
      gathered = { head: isNewEngine ? head : { ...head, after: gathered!.head.after }, quotes };
      for (const quote of changed) {
        quotes.delete(quote.symbol);
        quotes.set(quote.symbol, quote);
      }
    },
    take(limit) {
      if (gathered === null) return [];
      const { head, quotes } = gathered;
      const groups = inGroups([...quotes.values()], maxBytes - headBytes(head));
      // The steps between `after` and `seq` are shared out, so that a missing message shows and a repeated one too.
      const step = (head.seq - head.after) / groups.length;
      const seqOf = (index: number): number =>
        index === groups.length ? head.seq : head.after + index * step;
      const taken = groups
        .slice(0, limit)
        .map((group, index) => ({ ...head, after: seqOf(index), seq: seqOf(index + 1), quotes: group }));
      for (const { quotes: sent } of taken) for (const { symbol } of sent) quotes.delete(symbol);
      gathered = groups.length <= limit ? null : { head: { ...head, after: seqOf(limit) }, quotes };
      return taken;
    },
    clear() {
      gathered = null;
    },
  };
}

/** What a message is besides its quotes; the numbers may have more digits once they are shared out. */
const headBytes = (head: Gathered['head']): number => JSON.stringify({ ...head, quotes: [] }).length + 50;

/** At least one group: an engine without news still reports that it lives. */
function inGroups(quotes: readonly Quote[], maxBytes: number): Quote[][] {
  const groups: Quote[][] = [[]];
  let bytes = 0;
  for (const quote of quotes) {
    const more = Buffer.byteLength(JSON.stringify(quote)) + 1;
    if (bytes + more > maxBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(quote);
    bytes += more;
  }
  return groups;
}
