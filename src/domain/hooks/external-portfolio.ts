import { type Decimal, round, toNumber, ZERO } from '../../lib/decimal.ts';
import { beginningOf, isDisplayName } from '../../protocol/display-text.ts';
import { TradecastError } from '../../protocol/errors.ts';
import type { PortfolioPayload, PositionPayload } from '../../protocol/portfolio.ts';
import type { PortfolioReported, ReportedPortfolio } from '../../protocol/reports.ts';
import { momentSchema } from '../../protocol/schemas.ts';
import { parseSymbol } from '../../protocol/symbol.ts';
import { type Lot, lotsBySymbol, quantityOf, toPosition } from './lots.ts';
import { createReportReader, type ReportReader, type Where } from './report-reader.ts';
import type { SymbolOf } from './reported-names.ts';

const PERCENT_DECIMALS = 4;
/** More than any screen lists; an account of a person has fewer. */
const MAX_ROWS = 500;
/** Longer than a symbol in any spelling. */
const MAX_SYMBOL_TEXT = 64;
const TOTALS = ['totalValue', 'cash', 'equity', 'dayChange', 'dayChangePercent'] as const;
const PORTFOLIO_FIELDS: ReadonlySet<string> = new Set([...TOTALS, 'timestamp', 'positions']);
const NO_FIELDS: ReadonlySet<string> = new Set();
const ROW_NUMBERS = ['marketValue', 'unrealizedPnl', 'unrealizedPnlPercent', 'dayChange'] as const;
const ROW_FIELDS: ReadonlySet<string> = new Set([
  'symbol',
  'quantity',
  'averagePrice',
  'price',
  ...ROW_NUMBERS,
]);

export interface ReportCircumstances {
  /** When the report was signed, milliseconds since epoch. */
  readonly signedAt: number;
  readonly now: number;
  readonly symbolOf: SymbolOf;
  /** What the sender has written beside the portfolio, which has no meaning here. */
  readonly beside?: Readonly<Record<string, unknown>>;
}

export interface ReadPortfolio {
  readonly portfolio: PortfolioPayload;
  readonly skipped: Omit<PortfolioReported, 'timestamp' | 'applied'>;
}

/**
 * A reported portfolio as the user sees it. Throws VALIDATION only where its value cannot be known: whatever else is odd
 * is left out and listed.
 */
export function readPortfolio(report: ReportedPortfolio, facts: ReportCircumstances): ReadPortfolio {
  const reader = createReportReader();
  const positions = readPositions(report.positions, reader, facts.symbolOf);
  const at = readMoment(report, reader, facts);
  const totals = readTotals(report, reader, positions);
  reader.others(report, PORTFOLIO_FIELDS, {});
  reader.others(facts.beside ?? {}, NO_FIELDS, {});
  return {
    portfolio: { ...totals, positions, timestamp: new Date(at).toISOString(), source: 'external' },
    skipped: reader.skipped(),
  };
}

/** What the row names, as text: some markets number their shares (700). Null for what cannot be shown. */
function textOf({ symbol }: Readonly<Record<string, unknown>>): string | null {
  const text = typeof symbol === 'number' ? String(symbol) : typeof symbol === 'string' ? symbol.trim() : '';
  return isDisplayName(text) ? text : null;
}

const isTooLong = (text: string): boolean => text.length > MAX_SYMBOL_TEXT;

/** The names in the rows that are read. */
export const namesIn = ({ positions }: ReportedPortfolio): string[] =>
  positions
    .slice(0, MAX_ROWS)
    .flatMap((row) => (typeof row === 'object' && row !== null ? (textOf({ ...row }) ?? []) : []))
    .filter((text) => !isTooLong(text));

function readPositions(
  rows: readonly unknown[],
  reader: ReportReader,
  symbolOf: SymbolOf,
): PositionPayload[] {
  if (rows.length > MAX_ROWS) reader.skip('TOO_MANY_ROWS', { row: MAX_ROWS });
  const lots = rows.slice(0, MAX_ROWS).flatMap((row, index) => readRow(row, index, reader, symbolOf) ?? []);
  return lotsBySymbol(lots).flatMap((ofSymbol) => {
    if (!quantityOf(ofSymbol).eq(0)) return toPosition(ofSymbol);
    reader.skip('ZERO_QUANTITY', { symbol: ofSymbol[0]!.symbol });
    return [];
  });
}

function readRow(row: unknown, index: number, reader: ReportReader, symbolOf: SymbolOf): Lot | null {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    reader.skip('NOT_A_ROW', { row: index });
    return null;
  }
  const fields = row as Readonly<Record<string, unknown>>;
  const text = textOf(fields);
  if (text === null || isTooLong(text)) {
    if (text === null) reader.skip('NO_SYMBOL', { row: index });
    else reader.skip('NAME_TOO_LONG', { row: index, symbol: beginningOf(text, MAX_SYMBOL_TEXT) });
    return null;
  }
  const where: Where = { row: index, symbol: text };
  const quantity = reader.number(fields, 'quantity', where);
  if (quantity === null || quantity.eq(0)) {
    reader.skip(quantity === null ? 'NO_QUANTITY' : 'ZERO_QUANTITY', where);
    return null;
  }
  reader.others(fields, ROW_FIELDS, where);
  const [marketValue, pnl, percent, dayChange] = ROW_NUMBERS.map((field) =>
    reader.number(fields, field, where),
  );
  const symbol = symbolOf(text);
  // A share or an option is never worth less than nothing; a future may be.
  const least = parseSymbol(symbol) ? 0 : undefined;
  return {
    symbol,
    quantity,
    averagePrice: reader.number(fields, 'averagePrice', where, least),
    price: reader.number(fields, 'price', where, least),
    marketValue: marketValue ?? null,
    pnl: pnl ?? null,
    percent: percent ?? null,
    dayChange: dayChange ?? null,
  };
}

/** The report's own moment, else that of its signature; a clock that is ahead keeps no later report out. */
function readMoment(
  { timestamp }: ReportedPortfolio,
  reader: ReportReader,
  { signedAt, now }: ReportCircumstances,
): number {
  const own = momentSchema.safeParse(timestamp);
  if (!own.success && timestamp !== undefined && timestamp !== null)
    reader.skip('NOT_A_MOMENT', { field: 'timestamp' });
  return Math.min(own.success ? Date.parse(own.data) : signedAt, now);
}

const percentOf = (part: Decimal, of: Decimal): Decimal | null =>
  of.gt(0) ? round(part.div(of).times(100), PERCENT_DECIMALS) : null;

type Totals = Pick<PortfolioPayload, (typeof TOTALS)[number]>;

/** Each total follows from the others where it is missing. Throws VALIDATION where it does not. */
function readTotals(
  report: ReportedPortfolio,
  reader: ReportReader,
  positions: readonly PositionPayload[],
): Totals {
  const [total, cash, equity, change, percent] = TOTALS.map((field) => reader.number(report, field, {}));
  const sum = (read: (position: PositionPayload) => number | undefined): Decimal | null =>
    positions.reduce<Decimal | null>((all, position) => {
      const part = read(position);
      return all && part !== undefined ? all.plus(part) : null;
    }, ZERO);
  const invested =
    equity ??
    (total && cash
      ? total.minus(cash)
      : sum(({ mark, marketValue }) => (mark === 'unknown' ? undefined : marketValue)));
  const idle = cash ?? (total && invested ? total.minus(invested) : null);
  const whole = total ?? (idle && invested ? idle.plus(invested) : null);
  if (!whole || !idle || !invested)
    throw new TradecastError(
      'VALIDATION',
      'portfolio: send totalValue or cash as a number; with positions of unknown value, both or equity.',
    );
  const dayChange = change ?? (positions.length > 0 ? sum((position) => position.dayChange) : null);
  const dayPercent = percent ?? (dayChange && percentOf(dayChange, whole.minus(dayChange)));
  return {
    totalValue: toNumber(whole),
    cash: toNumber(idle),
    equity: toNumber(invested),
    ...(dayChange && { dayChange: toNumber(dayChange) }),
    ...(dayPercent && { dayChangePercent: toNumber(dayPercent) }),
  };
}
