import type { InstrumentDirectory } from '../../domain/instrument/directory.ts';
import { searchInstruments } from '../../domain/instrument/search.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RequestPace } from '../../lib/request-pace.ts';
import { toOneLine } from '../../protocol/display-text.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { InstrumentPayload } from '../../protocol/market.ts';
import {
  createTypedMatch,
  foldTyped,
  isStockSymbol,
  readSymbol,
  symbolForms,
  withoutTrailingSeparator,
} from '../../protocol/symbol.ts';
import { retryAfterOf } from './refusals.ts';
import { createMassiveRest } from './rest.ts';

export interface MassiveInstrumentsOptions {
  readonly apiKey: string;
  readonly restUrl: string;
  readonly pace: RequestPace;
  readonly clock: Clock;
  readonly log: Log;
}

/** Listings change from day to day, not from minute to minute. */
const FOUND_TTL_MS = 24 * 3_600_000;
/** A typing error of today may be a listing of tomorrow. */
const MISSING_TTL_MS = 3_600_000;
const SEARCH_TTL_MS = 10 * 60_000;
/** Bounds the memory that searches can cost. */
export const MAX_CACHED = 10_000;
/** More than a list shows: one request serves every limit. */
const SEARCH_SIZE = 50;
const PATH = '/v3/reference/tickers';

interface Found {
  readonly instruments: readonly InstrumentPayload[];
  /** False where other spellings could not be looked up: the next search asks again. */
  readonly isComplete: boolean;
}

/** Answers of upstream, each for its time. */
function createCache<T>(clock: Clock) {
  const entries = new Map<string, { readonly value: T; readonly until: number }>();

  return {
    keep(key: string, value: T, ttlMs: number): void {
      // One that is renewed takes its own place, and is the newest again.
      entries.delete(key);
      if (entries.size >= MAX_CACHED) entries.delete(entries.keys().next().value as string);
      entries.set(key, { value, until: clock.now() + ttlMs });
    },
    get(key: string): T | undefined {
      const entry = entries.get(key);
      return entry && entry.until > clock.now() ? entry.value : undefined;
    },
  };
}

function toInstrument(value: unknown): InstrumentPayload | undefined {
  const { ticker, name } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (typeof ticker !== 'string' || !isStockSymbol(ticker)) return undefined;
  return { symbol: ticker, name: (typeof name === 'string' && toOneLine(name)) || ticker };
}

/** Listed stocks by GET /v3/reference/tickers. Every answer is kept: some plans allow five requests a minute. */
export function createMassiveInstruments(options: MassiveInstrumentsOptions): InstrumentDirectory {
  const { clock } = options;
  const bySymbol = createCache<InstrumentPayload | null>(clock);
  const searches = createCache<readonly InstrumentPayload[]>(clock);
  const ask = createTickerRequests(options, (instrument) =>
    bySymbol.keep(instrument.symbol, instrument, FOUND_TTL_MS),
  );

  async function get(symbol: string): Promise<InstrumentPayload | null> {
    if (!isStockSymbol(symbol)) return null;
    const known = bySymbol.get(symbol);
    if (known !== undefined) return known;
    const found = (await ask({ ticker: symbol, limit: '1' })).find((row) => row.symbol === symbol) ?? null;
    if (found === null) bySymbol.keep(symbol, null, MISSING_TTL_MS);
    return found;
  }

  async function firstListed(symbols: readonly string[]): Promise<InstrumentPayload | null> {
    for (const symbol of symbols) {
      const instrument = await get(symbol);
      if (instrument) return instrument;
    }
    return null;
  }

  /** Upstream's search knows no other spellings (`brk-b`): where it does not find one, each is looked up. */
  async function find(text: string): Promise<Found> {
    const found = await ask({ search: text, limit: String(SEARCH_SIZE), sort: 'ticker' });
    const isMeant = createTypedMatch(text);
    // A text of several words that upstream finds is a name: `bank of` means no share class of BANK. One word may be in the
    // name of another share: a fund of BRKB is not BRK.B.
    if (found.some(({ symbol }) => isMeant(symbol)) || (found.length > 0 && /\s/.test(text)))
      return { instruments: found, isComplete: true };
    try {
      const instrument = await firstListed(symbolForms(text));
      return { instruments: instrument ? [instrument, ...found] : found, isComplete: true };
    } catch (error) {
      if (found.length === 0) throw error;
      return { instruments: found, isComplete: false };
    }
  }

  return {
    get,
    async search(text, limit) {
      const typed = withoutTrailingSeparator(text.trim());
      const key = readSymbol(typed) ?? foldTyped(typed);
      const known = searches.get(key);
      if (known) return searchInstruments(known, key, limit);
      const { instruments, isComplete } = await find(key);
      if (isComplete) searches.keep(key, instruments, SEARCH_TTL_MS);
      return searchInstruments(instruments, key, limit);
    },
    knows(symbol) {
      if (!isStockSymbol(symbol)) return false;
      const known = bySymbol.get(symbol);
      return known === undefined ? undefined : known !== null;
    },
  };
}

/** Asks for listed stocks. Equal questions at the same time share one request. Rejects with UNAVAILABLE. */
function createTickerRequests(
  options: MassiveInstrumentsOptions,
  onFound: (instrument: InstrumentPayload) => void,
): (query: Readonly<Record<string, string>>) => Promise<InstrumentPayload[]> {
  const rest = createMassiveRest(options);
  const asking = new Map<string, Promise<InstrumentPayload[]>>();

  return (query) => {
    const key = JSON.stringify(query);
    const running = asking.get(key);
    if (running) return running;
    const answer = rest
      .once(PATH, { ...query, market: 'stocks', active: 'true' })
      .then(({ results }) => {
        const found = (Array.isArray(results) ? results : []).flatMap((row) => toInstrument(row) ?? []);
        for (const instrument of found) onFound(instrument);
        return found;
      })
      .catch((error: unknown) => {
        options.log.warn({ err: error }, 'the directory of symbols does not answer');
        throw new TradecastError('UNAVAILABLE', 'Symbols cannot be looked up right now. Try again.', {
          retryAfterMs: retryAfterOf(error),
          cause: error,
        });
      })
      .finally(() => asking.delete(key));
    asking.set(key, answer);
    return answer;
  };
}
