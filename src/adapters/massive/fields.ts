/** What an answer of REST may hold: every field may be missing, null or of another type. */
export type Fields = Readonly<Record<string, unknown>>;

const NS_PER_MS = 1e6;
/** A time since 2001 in milliseconds or in finer units: shorter texts are no times. */
const TIME_TEXT = /^\d{13,19}$/;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

export const rowsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Answers write 0 where there is nothing yet. */
export const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined;

export const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

const DECIMAL = /^(\d{1,12}(\.\d*)?|\.\d+)$/;
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

/** Milliseconds have 13 digits until the year 2286; some events count in nanoseconds, whatever the specification says. */
const MAX_MS = 1e13;

/** The time of an event as number or decimal text, milliseconds since epoch; undefined where it has none. */
export function timeOfEvent(time: unknown): number | undefined {
  const number = typeof time === 'string' && TIME_TEXT.test(time) ? Number(time) : time;
  return typeof number === 'number' && number > MAX_MS ? timeOf(number) : positive(number);
}

/** On a plan that is late, successful answers say so. */
export const isDelayed = ({ status }: Fields): boolean => status === 'DELAYED';

/** The path of a next page: absolute upstream, and asked for where the first one was. */
export function nextPathOf({ next_url: nextUrl }: Fields): string | null {
  if (typeof nextUrl !== 'string' || !URL.canParse(nextUrl)) return null;
  const { pathname, search } = new URL(nextUrl);
  return pathname + search;
}
