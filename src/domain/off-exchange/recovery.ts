/** Prints that did not arrive are requested and counted, each once: also where they arrived a moment later after all. */
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pause } from '../../lib/pause.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { TradeTick } from '../market/feed.ts';
import type { Coverage } from './coverage.ts';
import { createCounted, createGapFetch, type GapFetch } from './gap-fetch.ts';
import type { PastPrints } from './past-prints.ts';
import { isOffExchange } from './print.ts';
import type { OffExchangeSums } from './sums.ts';
import type { Gap } from './sums-store.ts';

/** A longer gap stays: its requests would take the account's share for hours. */
export const LONGEST_FETCHED_MS = 30 * 60_000;
/** Gaps, or chains of them, that are fetched at a time: more come faster than they can be requested, and stay. */
export const MAX_FETCHES = 20;
/** Those with the most notional; at five requests a second a round of them takes two minutes. */
const MAX_SYMBOLS = 500;
/** While upstream does not answer. */
const RETRY_MS = 30_000;
const MAX_ROUNDS = 40;

export interface Recovery {
  /** Prints may be missing from now on: what was counted before is known not to be among them. */
  gapBegins(): void;
  /** The gaps that have ended; at the start of an engine before its first print. */
  gapsEnded(gaps: readonly Gap[]): void;
  /** Each trade as it arrives, before it is counted. */
  saw(tick: TradeTick): void;
  /** Gaps whose prints are being requested. */
  fetching(): number;
  end(): void;
}

export interface RecoveryOptions {
  /** Null where the market has no past. */
  readonly past: PastPrints | null;
  readonly sums: Pick<OffExchangeSums, 'sequences' | 'recover' | 'heaviest' | 'day'>;
  readonly coverage: Pick<Coverage, 'fill'>;
  /** Symbols whose prints arrive, also where none has yet. */
  readonly followed: () => Iterable<string>;
  /** All prints of one symbol and gap are there after all. */
  readonly onFilled: () => unknown;
  /** The prints of so many symbols and one fetch are not asked for any more. */
  readonly onGivenUp: (count: number) => unknown;
  readonly clock: Clock;
  readonly log: Log;
}

/** What became of one symbol: `later` may be tried again. */
type Outcome = 'filled' | 'later' | 'never';

export function createRecovery(options: RecoveryOptions): Recovery {
  const { past, sums, followed, clock, log } = options;
  const ended = new AbortController();
  const { signal } = ended;
  /** Those whose prints still arrive live as well. */
  const open = new Set<GapFetch>();
  const counted = createCounted(sums);
  const attempt = createAttempt(options, signal, (tick) => {
    for (const fetch of open) fetch.note(tick);
    counted.note(tick);
  });

  async function run(fetch: GapFetch, source: PastPrints): Promise<void> {
    while (fetch.dueAt() > clock.now() && !signal.aborted)
      await pause(clock, fetch.dueAt() - clock.now(), signal);
    fetch.close();
    let symbols = [...new Set([...sums.heaviest(MAX_SYMBOLS), ...followed()])].slice(0, MAX_SYMBOLS);
    for (let rounds = 0; symbols.length > 0 && rounds < MAX_ROUNDS; rounds++) {
      if (rounds > 0) await pause(clock, RETRY_MS, signal);
      const later: string[] = [];
      for (const symbol of symbols)
        if ((await attempt(fetch, symbol, source)) === 'later') later.push(symbol);
      symbols = later;
    }
    open.delete(fetch);
    if (symbols.length === 0) return;
    options.onGivenUp(symbols.length);
    log.warn({ ...timesOf(fetch), symbols: symbols.length }, 'prints of a gap were never delivered');
  }
  const isWorthIt = (gap: Gap): boolean => {
    if (gap.to - gap.from <= LONGEST_FETCHED_MS && open.size < MAX_FETCHES) return true;
    log.warn(
      { from: gap.from, to: gap.to },
      open.size < MAX_FETCHES ? 'a gap is too long to be fetched' : 'too many gaps: one is not fetched',
    );
    return false;
  };

  return {
    gapBegins() {
      if (past !== null) counted.begin();
    },
    gapsEnded(gaps) {
      if (past === null) return;
      const before = counted.end();
      for (const gap of gaps) {
        if ([...open].some((fetch) => fetch.join(gap, before, clock.now())) || !isWorthIt(gap)) continue;
        const fetch = createGapFetch(gap, before, clock.now());
        open.add(fetch);
        void run(fetch, past);
      }
    },
    saw(tick) {
      if ((open.size === 0 && !counted.isOpen()) || !isOffExchange(tick)) return;
      counted.note(tick);
      for (const fetch of open) fetch.note(tick);
    },
    fetching: () => [...open].reduce((sum, { gaps }) => sum + gaps.length, 0),
    end: () => ended.abort(),
  };
}

const timesOf = ({ gaps }: GapFetch) => ({ from: gaps[0]?.from, to: gaps.at(-1)?.to });

/** Requests the prints of one symbol and counts them: one request at a time, whatever asks. */
function createAttempt(options: RecoveryOptions, signal: AbortSignal, onCounted: (tick: TradeTick) => void) {
  const { sums, coverage, log } = options;
  let queue: Promise<unknown> = Promise.resolve();
  let isInPlan = true;

  async function fill(fetch: GapFetch, symbol: string, source: PastPrints): Promise<Outcome> {
    const ticks = await source.read(symbol, fetch.from, fetch.to(), signal);
    const [{ day }] = fetch.gaps as [Gap];
    // Another day has begun: this one is stored as it is.
    if (signal.aborted || (sums.day() ?? day) > day) return 'never';
    if (ticks === null) {
      options.onGivenUp(1);
      log.warn({ ...timesOf(fetch), symbol }, 'the prints of a gap are too many to be fetched: it stays');
      return 'never';
    }
    for (const tick of ticks) {
      if (fetch.isKnown(tick)) continue;
      sums.recover(tick);
      onCounted(tick);
    }
    // In the same turn: the gap is stored with the sums or after them, never before.
    for (const gap of fetch.gaps) {
      coverage.fill(gap, symbol);
      options.onFilled();
    }
    return 'filled';
  }
  async function attempt(fetch: GapFetch, symbol: string, source: PastPrints): Promise<Outcome> {
    if (signal.aborted || !isInPlan) return 'never';
    try {
      return await fill(fetch, symbol, source);
    } catch (error) {
      if (signal.aborted) return 'never';
      const code = error instanceof TradecastError ? error.code : null;
      if (code === 'UNAVAILABLE') return 'later';
      if (code === 'NOT_IN_PLAN') isInPlan = false;
      else options.onGivenUp(1);
      log.warn({ err: error, symbol }, 'prints of a gap could not be fetched');
      return 'never';
    }
  }
  return (...request: Parameters<typeof attempt>): Promise<Outcome> => {
    const answer = queue.then(() => attempt(...request));
    queue = answer;
    return answer;
  };
}
