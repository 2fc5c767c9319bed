/** Lean's recorded minutes of option contracts as upstream events, one a line, in time order. */
import { newYorkTime } from '../../src/protocol/new-york.ts';
import { contractSymbol, type OptionSymbol } from '../../src/protocol/symbol.ts';
import { barEvents } from './lean-days.ts';
import { isoDay, readLeanMembers, toDollars } from './lean-files.ts';
import { mergeByTime, type TimedLine } from './upstream-lines.ts';

/** The days among the fixtures: GOOG with quotes, AAPL with trades only. */
export const OPTION_DAYS = { GOOG: '20151224', AAPL: '20140606' } as const;
export type OptionDaySymbol = keyof typeof OPTION_DAYS;

const MINUTE_MS = 60_000;
const OPEN_MINUTES = 9 * 60 + 30;

/** `20151224_goog_minute_quote_american_call_7500000_20160115.csv` */
function contractOf(member: string): OptionSymbol & { readonly symbol: string } {
  const [, root = '', , , , right, strike, expiry = ''] = member.replace('.csv', '').split('_');
  const contract = {
    kind: 'option' as const,
    root: root.toUpperCase(),
    right: right === 'call' ? ('call' as const) : ('put' as const),
    strike: toDollars(strike),
    expiry: isoDay(expiry),
  };
  return { ...contract, symbol: contractSymbol(contract) };
}

type Kind = 'quote' | 'trade' | 'openinterest';

function* contractsOf(root: string, underlying: OptionDaySymbol, kind: Kind) {
  const file = `${OPTION_DAYS[underlying]}_${kind}_american.zip`;
  for (const [member, lines] of readLeanMembers(root, underlying.toLowerCase(), file))
    yield { ...contractOf(member), lines };
}

/** What a request at the open would have said of each contract: its terms and its open interest. */
function* interestTape(root: string, underlying: OptionDaySymbol): Generator<TimedLine> {
  const time = newYorkTime(isoDay(OPTION_DAYS[underlying]), OPEN_MINUTES) - 1;
  for (const { symbol, right, lines } of contractsOf(root, underlying, 'openinterest')) {
    const details = {
      ticker: symbol,
      contract_type: right,
      exercise_style: 'american',
      shares_per_contract: 100,
    };
    const interest = Number(lines[0]?.split(',')[1]);
    const result = { details, open_interest: interest, underlying_asset: { ticker: underlying } };
    yield { time, line: JSON.stringify({ ev: 'contract', t: time, result }) };
  }
}

/** Quotes of the end of each minute as `Q` events. A side that nobody quotes is 0, as upstream writes it. */
function* quoteTape(symbol: string, lines: readonly string[], midnight: number): Generator<TimedLine> {
  for (const [number, row] of lines.entries()) {
    const [ms, , , , bid, bidSize, , , , ask, askSize] = row.split(',');
    const t = midnight + Number(ms) + MINUTE_MS;
    const sides = { bp: toDollars(bid), bs: Number(bidSize), ap: toDollars(ask), as: Number(askSize) };
    yield { time: t, line: JSON.stringify({ ev: 'Q', sym: symbol, ...sides, t, q: number + 1 }) };
  }
}

/** Minutes with trades as `AM` events. */
function* tradeTape(symbol: string, lines: readonly string[], midnight: number): Generator<TimedLine> {
  let av = 0;
  for (const row of lines) {
    const [ms, open, high, low, close, volume] = row.split(',');
    const [o, h, l, c] = [open, high, low, close].map(toDollars);
    const [s, v] = [midnight + Number(ms), Number(volume)];
    const e = s + MINUTE_MS;
    av += v;
    yield { time: e, line: JSON.stringify({ ev: 'AM', sym: symbol, v, av, o, h, l, c, s, e }) };
  }
}

/** The recorded day of an underlying: its own minutes, and those of its contracts. */
export function leanOptionLines(root: string, underlying: OptionDaySymbol): Generator<string> {
  const day = OPTION_DAYS[underlying];
  const midnight = newYorkTime(isoDay(day), 0);
  const tapes = [barEvents(root, underlying, day), interestTape(root, underlying)];
  if (underlying === 'GOOG') {
    for (const { symbol, lines } of contractsOf(root, underlying, 'quote'))
      tapes.push(quoteTape(symbol, lines, midnight));
  }
  for (const { symbol, lines } of contractsOf(root, underlying, 'trade'))
    tapes.push(tradeTape(symbol, lines, midnight));
  return mergeByTime(tapes);
}
