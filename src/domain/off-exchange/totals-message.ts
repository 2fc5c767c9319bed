import { QUOTE_STATES, type QuoteState } from '../../protocol/quotes.ts';
import type { Conflation } from '../bus/topic.ts';
import type { SumsScope } from './sums-scope.ts';

/** A symbol's totals of the day. Amounts are whole numbers of 1e-12 dollars, as text: JSON has no number for them. */
export interface TotalsRow {
  readonly symbol: string;
  readonly bullish: string;
  readonly bearish: string;
  readonly unknown: string;
  readonly prints: number;
  /** The feed's time of the last print, milliseconds since epoch. */
  readonly updatedAt: number;
  /** Upstream sends the symbol's prints, as far as the feed is there at all. */
  readonly arrives: boolean;
}

/**
 * Totals that changed, from the engine of lease number `lease`, which counts its messages from 1: `after` and `seq` are
 * those of quotes. `edition` rises whenever what was published before is void: another day, or the same one anew.
 */
export interface TotalsMessage {
  readonly lease: number;
  readonly after: number;
  readonly seq: number;
  readonly at: number;
  readonly edition: number;
  /** YYYY-MM-DD in New York; empty before the first print. */
  readonly day: string;
  /** The answer to a replica that asked: every symbol of the day is in it. */
  readonly whole: boolean;
  /** Of the totals whose prints arrive; `stale` while none do. */
  readonly state: QuoteState;
  readonly scope: SumsScope;
  readonly rows: readonly TotalsRow[];
}

/** A message that took longer is dropped; the number of the next one shows the gap. */
export const MAX_TOTALS_AGE_MS = 5_000;

const AMOUNT = /^\d{1,40}$/;
const isAmount = (value: unknown): boolean => typeof value === 'string' && AMOUNT.test(value);
/** The latest time that a Date can hold, milliseconds since epoch. */
const MAX_TIME = 8.64e15;
const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= MAX_TIME;

const isRow = (row: Partial<Record<keyof TotalsRow, unknown>> | null): boolean =>
  typeof row === 'object' &&
  row !== null &&
  typeof row.symbol === 'string' &&
  row.symbol !== '' &&
  isAmount(row.bullish) &&
  isAmount(row.bearish) &&
  isAmount(row.unknown) &&
  Number.isSafeInteger(row.prints) &&
  isTime(row.updatedAt) &&
  typeof row.arrives === 'boolean';

const STATES: ReadonlySet<unknown> = new Set(QUOTE_STATES);

function isScope(scope: unknown): boolean {
  if (typeof scope !== 'object' || scope === null) return false;
  const { symbols, quoted, shed, shedAt } = scope as Partial<Record<keyof SumsScope, unknown>>;
  if (symbols !== 'watched' && symbols !== '*') return false;
  return Number.isSafeInteger(quoted) && Number.isSafeInteger(shed) && (shedAt === null || isTime(shedAt));
}

/** By hand: twenty times a second, hundreds of rows each. */
export function isTotalsMessage(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { lease, after, seq, at, edition, day, whole, state, scope, rows } = message as Partial<
    Record<keyof TotalsMessage, unknown>
  >;
  if (![lease, after, seq, at, edition].every(Number.isFinite)) return false;
  if (typeof day !== 'string' || typeof whole !== 'boolean' || !Array.isArray(rows)) return false;
  return STATES.has(state) && isScope(scope) && rows.every(isRow);
}

interface Gathered {
  readonly head: Omit<TotalsMessage, 'rows'>;
  readonly rows: Map<string, TotalsRow>;
}

/** The latest totals of each symbol since the last `take`, in messages of at most `maxBytes`. */
export function createTotalsConflation(maxBytes: number): Conflation<TotalsMessage> {
  let gathered: Gathered | null = null;

  return {
    add({ rows: changed, ...head }) {
      const old = gathered?.head;
      const follows = old?.lease === head.lease && old.edition === head.edition;
      const rows = follows ? gathered!.rows : new Map<string, TotalsRow>();
      const after = old?.lease === head.lease ? old.after : head.after;
      gathered = { head: { ...head, after, whole: head.whole || (follows && old!.whole) }, rows };
      for (const row of changed) rows.set(row.symbol, row);
    },
    take(limit) {
      if (gathered === null) return [];
      const { head, rows } = gathered;
      const groups = inGroups(
        [...rows.values()],
        maxBytes - JSON.stringify({ ...head, rows: [] }).length - 50,
      );
      // The steps between `after` and `seq` are shared out, so that a missing message shows and a repeated one too.
      const step = (head.seq - head.after) / groups.length;
      const seqOf = (index: number): number =>
        index === groups.length ? head.seq : head.after + index * step;
      const taken = groups.slice(0, limit).map((group, index) => ({
        ...head,
        after: seqOf(index),
        seq: seqOf(index + 1),
        // The last of them makes it whole.
        whole: head.whole && index === groups.length - 1,
        rows: group,
      }));
      for (const { rows: sent } of taken) for (const { symbol } of sent) rows.delete(symbol);
      gathered = groups.length <= limit ? null : { head: { ...head, after: seqOf(limit) }, rows };
      return taken;
    },
    clear() {
      gathered = null;
    },
  };
}

/** At least one group: an engine without news still reports that it lives. */
function inGroups(rows: readonly TotalsRow[], maxBytes: number): TotalsRow[][] {
  const groups: TotalsRow[][] = [[]];
  let bytes = 0;
  for (const row of rows) {
    const more = Buffer.byteLength(JSON.stringify(row)) + 1;
    if (bytes + more > maxBytes) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(row);
    bytes += more;
  }
  return groups;
}
