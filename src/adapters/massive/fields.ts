/** What an answer of REST may hold: every field may be missing, null or of another type. */
export type Fields = Readonly<Record<string, unknown>>;

const NS_PER_MS = 1e6;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

export const rowsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Answers write 0 where there is nothing yet. */
export const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined;

export const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

const DECIMAL = /^\d{1,12}(\.\d+)?$/;
export const isDecimal = (value: unknown): value is string =>
  typeof value === 'string' && DECIMAL.test(value);

/** A size: upstream's decimal text where there is one, because the number beside it has whole shares only. */
export const decimalOr = (text: unknown, number: unknown): unknown =>
  isDecimal(text) ? Number(text) : number;

/**
 * Nanoseconds → milliseconds since epoch. A double has such numbers to 256 nanoseconds: cut off instead of rounded, a
 * whole millisecond could be lost.
 */
export function timeOf(nanoseconds: unknown): number | undefined {
  const known = positive(nanoseconds);
  return known === undefined ? undefined : Math.round(known / NS_PER_MS);
}

/** On a plan that is late, successful answers say so. */
export const isDelayed = ({ status }: Fields): boolean => status === 'DELAYED';

/** The path of a next page: absolute upstream, and asked for where the first one was. */
export function nextPathOf({ next_url: nextUrl }: Fields): string | null {
  if (typeof nextUrl !== 'string' || !URL.canParse(nextUrl)) return null;
  const { pathname, search } = new URL(nextUrl);
  return pathname + search;
}
