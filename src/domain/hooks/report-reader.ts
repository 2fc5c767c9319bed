import { type Decimal, decimal, round } from '../../lib/decimal.ts';
import { beginningOf } from '../../protocol/display-text.ts';
import { DECIMAL_TEXT, type SkipCode, type Skipped } from '../../protocol/reports.ts';

/** Floats of other systems carry noise behind this; brokers report six decimals. */
const DECIMALS = 6;
/** Beyond a trillion is no amount of an account. */
const MAX_AMOUNT = decimal('1e12');
/** Of a field's name that an answer repeats. */
const MAX_NAME_LENGTH = 64;
/** Items that an answer lists. */
const MAX_LISTED = 100;

/** Reads the fields of a report and keeps what was left out. */
export interface ReportReader {
  /** A decimal of six places; null where it is missing, or was left out. */
  number(fields: Readonly<Record<string, unknown>>, field: string, where: Where, min?: 0): Decimal | null;
  /** Lists the fields that have no meaning here, each once. */
  others(fields: Readonly<Record<string, unknown>>, known: ReadonlySet<string>, where: Where): void;
  skip(code: SkipCode, where: Where): void;
  skipped(): { readonly skipped: Skipped[]; readonly more?: number };
}

export type Where = Omit<Skipped, 'code'>;

export function createReportReader(): ReportReader {
  const all: Skipped[] = [];
  const unknown = new Set<string>();
  const skip: ReportReader['skip'] = (code, where) => void all.push({ ...where, code });

  return {
    skip,
    number(fields, field, where, min) {
      const read = readNumber(fields[field]);
      if (read === null) return null;
      const code = typeof read === 'string' ? read : min === 0 && read.lt(0) ? 'NEGATIVE' : null;
      if (code !== null) skip(code, { ...where, field });
      return code === null && typeof read !== 'string' ? read : null;
    },
    others(fields, known, where) {
      for (const field of Object.keys(fields)) {
        if (known.has(field) || unknown.has(field)) continue;
        unknown.add(field);
        skip('UNKNOWN_FIELD', { ...where, field: beginningOf(field, MAX_NAME_LENGTH) });
      }
    },
    skipped: () => ({
      skipped: all.slice(0, MAX_LISTED),
      ...(all.length > MAX_LISTED && { more: all.length - MAX_LISTED }),
    }),
  };
}

/** Null for what is missing. */
function readNumber(value: unknown): Decimal | SkipCode | null {
  const told = typeof value === 'string' ? value.trim() : value;
  if (told === undefined || told === null || told === '') return null;
  const plain = typeof told === 'string' ? DECIMAL_TEXT.exec(told)?.[1] : Number.isFinite(told) && told;
  if (typeof plain !== 'string' && typeof plain !== 'number') return 'NOT_A_NUMBER';
  const read = round(decimal(plain), DECIMALS);
  return read.abs().gt(MAX_AMOUNT) ? 'OUT_OF_RANGE' : read;
}
