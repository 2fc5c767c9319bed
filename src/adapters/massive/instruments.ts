import type { InstrumentDirectory } from '../../domain/instrument/directory.ts';
import { searchInstruments } from '../../domain/instrument/search.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { InstrumentPayload } from '../../protocol/market.ts';
import { isStockSymbol, readSymbol, symbolForms } from '../../protocol/symbol.ts';
import { createMassiveRest } from './rest.ts';

export interface MassiveInstrumentsOptions {
  readonly apiKey: string;
  readonly restUrl: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Listings change from day to day, not from minute to minute. */
const FOUND_TTL_MS = 24 * 3_600_000;
/** A typing error of today may be a listing of tomorrow. */
const MISSING_TTL_MS = 3_600_000;
const SEARCH_TTL_MS = 10 * 60_000;
/** Bounds the memory that searches can cost. */
const MAX_CACHED = 10_000;
/** More than a list shows: one request serves every limit. */
const SEARCH_SIZE = 50;
const PATH = '/v3/reference/tickers';

interface Cached<T> {
  readonly value: T;
  readonly until: number;
}

function toInstrument(value: unknown): InstrumentPayload | undefined {
  const { ticker, name } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (typeof ticker !== 'string' || !isStockSymbol(ticker)) return undefined;
  return { symbol: ticker, name: typeof name === 'string' ? name : ticker };
}

/** Listed stocks by GET /v3/reference/tickers. Every answer is kept: some plans allow five requests a minute. */
export function createMassiveInstruments(options: MassiveInstrumentsOptions): InstrumentDirectory {
  const { clock, log } = options;
  const rest = createMassiveRest(options);
  const bySymbol = new Map<string, Cached<InstrumentPayload | null>>();
  const searches = new Map<string, Cached<readonly InstrumentPayload[]>>();
  const asking = new Map<string, Promise<InstrumentPayload[]>>();

  function keep<T>(cache: Map<string, Cached<T>>, key: string, value: T, ttlMs: number): void {
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value as string);
    cache.set(key, { value, until: clock.now() + ttlMs });
  }
  function cached<T>(cache: Map<string, Cached<T>>, key: string): T | undefined {
    const entry = cache.get(key);
    return entry && entry.until > clock.now() ? entry.value : undefined;
  }

  /** Equal questions at the same time share one request. */
  function ask(query: Readonly<Record<string, string>>): Promise<InstrumentPayload[]> {
    const key = JSON.stringify(query);
    const running = asking.get(key);
    if (running) return running;
    const answer = rest
      .get(PATH, { ...query, market: 'stocks', active: 'true' })
      .then(({ results }) => {
        const found = (Array.isArray(results) ? results : []).flatMap((row) => toInstrument(row) ?? []);
        for (const instrument of found) keep(bySymbol, instrument.symbol, instrument, FOUND_TTL_MS);
        return found;
      })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the directory of symbols does not answer');
        throw new TradecastError('UNAVAILABLE', 'Symbols cannot be looked up right now. Try again.', {
          cause: error,
        });
      })
      .finally(() => asking.delete(key));
    asking.set(key, answer);
    return answer;
  }

  async function get(symbol: string): Promise<InstrumentPayload | null> {
    if (!isStockSymbol(symbol)) return null;
    const known = cached(bySymbol, symbol);
    if (known !== undefined) return known;
    const found = (await ask({ ticker: symbol, limit: '1' })).find((row) => row.symbol === symbol) ?? null;
    if (found === null) keep(bySymbol, symbol, null, MISSING_TTL_MS);
    return found;
  }

  /** Upstream's search knows no other spellings (`brk-b`): where it does not find one, each is looked up. */
  async function find(text: string): Promise<readonly InstrumentPayload[]> {
    const found = await ask({ search: text, limit: String(SEARCH_SIZE), sort: 'ticker' });
    const forms = symbolForms(text);
    const isSpelledOut = found.length > 0 && readSymbol(text) !== null;
    if (isSpelledOut || found.some(({ symbol }) => forms.includes(symbol))) return found;
    for (const form of forms) {
      const instrument = await get(form);
      if (instrument) return [instrument, ...found];
    }
    return found;
  }

  return {
    get,
    async search(text, limit) {
      const key = readSymbol(text.trim()) ?? text.trim().toUpperCase();
      let found = cached(searches, key);
      if (found === undefined) {
        found = await find(key);
        keep(searches, key, found, SEARCH_TTL_MS);
      }
      return searchInstruments(found, key, limit);
    },
    knows(symbol) {
      if (!isStockSymbol(symbol)) return false;
      const known = cached(bySymbol, symbol);
      return known === undefined ? undefined : known !== null;
    },
  };
}
