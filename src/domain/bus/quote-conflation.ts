import type { Quote } from '../market/quote.ts';
import type { BusMessages } from './bus.ts';
import type { Envelope } from './envelope.ts';

type QuotesEnvelope = Envelope<'quotes'>;

/** The latest quote of each symbol since it was last asked for, in messages of a bounded size. */
export interface QuoteConflation {
  add(envelope: QuotesEnvelope): void;
  /** At most `limit` messages; what does not fit stays for the next time. */
  take(limit: number): QuotesEnvelope[];
  clear(): void;
}

interface Gathered {
  readonly version: number;
  at: number;
  message: Omit<BusMessages['quotes'], 'quotes'>;
  /** Oldest change first. */
  readonly quotes: Map<string, Quote>;
}

export function createQuoteConflation(maxBytes: number): QuoteConflation {
  let gathered: Gathered | null = null;

  return {
    add({ version, at, message }) {
      const { quotes, ...told } = message;
      if (gathered === null || told.lease !== gathered.message.lease) {
        gathered = { version, at, message: told, quotes: new Map() };
      }
      gathered.at = at;
      gathered.message = { ...told, after: gathered.message.after };
      for (const quote of quotes) {
        gathered.quotes.delete(quote.symbol);
        gathered.quotes.set(quote.symbol, quote);
      }
    },
    take(limit) {
      if (gathered === null) return [];
      const { version, at, message } = gathered;
      const groups = inGroups([...gathered.quotes.values()], maxBytes - headBytes(gathered));
      // The steps between `after` and `seq` are shared out, so that a missing message shows and a repeated one too.
      const step = (message.seq - message.after) / groups.length;
      const seqOf = (index: number): number =>
        index === groups.length ? message.seq : message.after + index * step;
      const taken = groups.slice(0, limit).map((quotes, index) => ({
        version,
        at,
        message: { ...message, after: seqOf(index), seq: seqOf(index + 1), quotes },
      }));
      if (groups.length <= limit) gathered = null;
      else {
        gathered.message = { ...message, after: seqOf(limit) };
        for (const { message: told } of taken)
          for (const { symbol } of told.quotes) gathered.quotes.delete(symbol);
      }
      return taken;
    },
    clear() {
      gathered = null;
    },
  };
}

/** What an item is besides its quotes; the numbers may have more digits once they are shared out. */
const headBytes = ({ version, at, message }: Gathered): number =>
  JSON.stringify(['quotes', { version, at, message: { ...message, quotes: [] } }]).length + 50;

/** At least one group: an engine without news still says that it lives. */
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
