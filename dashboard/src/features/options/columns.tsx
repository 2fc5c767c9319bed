import type { ReactNode } from 'react';
import type { OptionPayload } from '../../../../src/protocol/options.ts';
import { Change } from '../../components/change.tsx';
import { WarningIcon } from '../../components/icons.tsx';
import { Missing } from '../../components/missing.tsx';
import {
  age,
  compact,
  dayAndTime,
  decimals,
  minuteTime,
  percent,
  price,
  signedPercent,
  signedPrice,
} from '../../lib/format.ts';
import { plural } from '../../lib/plural.ts';
import { sourceWord } from '../../lib/source-word.ts';
import type { ChainColumn } from '../../stores/chain-choices.ts';
import { useRowNow } from './use-contract.ts';
import { GREEKS_SOURCES, noGreeksReason } from './words.ts';

export interface Column {
  /** In the list of columns and to screen readers. */
  readonly label: string;
  readonly head: string;
  /** Wide enough for the longest value, so that nothing moves when values do; rem. */
  readonly width: number;
  readonly cell: (contract: OptionPayload) => ReactNode;
}

/** Where a number is from, and of when. */
const origin = ({ state, timestamp }: OptionPayload): string =>
  `${sourceWord(state)}, ${dayAndTime(timestamp)}`;

function Price({ of, value, reason }: { of: OptionPayload; value: number | undefined; reason: string }) {
  if (value === undefined) return <Missing reason={reason} />;
  return <span title={origin(of)}>{price(value, of.contractId)}</span>;
}

function Count({ of, value, when }: { of: OptionPayload; value: number | undefined; when: string }) {
  if (value === undefined) return <Missing reason="The source does not report it" />;
  return <span title={`${plural(value, 'contract')} ${when}. ${origin(of)}`}>{compact(value)}</span>;
}

function Greek({ of, value, text }: { of: OptionPayload; value: number | undefined; text: string }) {
  if (value === undefined) return <Missing reason={noGreeksReason(of)} />;
  const source = of.greeksSource && GREEKS_SOURCES[of.greeksSource];
  return (
    <span title={source ? `${source.sentence}. ${origin(of)}` : origin(of)}>
      {text}
      {source ? (
        <span className="ml-0.5 align-super text-[0.6rem] text-muted">
          <span aria-hidden="true">{source.letter}</span>
          <span className="sr-only">{source.sentence}</span>
        </span>
      ) : null}
    </span>
  );
}

/** The wire says 0 where there is nothing to measure a change from; that is not "unchanged". */
function Move({ of, text }: { of: OptionPayload; text: string }) {
  const base = of.previousClose === undefined ? 'the day’s open' : 'the previous close';
  const known = of.price !== undefined && (of.previousClose ?? of.open) !== undefined;
  return known ? (
    <span title={`Against ${base}. ${origin(of)}`}>
      <Change>{text}</Change>
    </span>
  ) : (
    <Missing reason="Neither a previous close nor an open price is known" />
  );
}

/** Ages below this are "now": a number that changes with every tick is noise. */
const NOW_MS = 5_000;

function shortAge({ state, timestamp }: OptionPayload, now: number): string {
  // A recorded price is not thousands of days old: it is of a time of its day.
  if (state === 'replay') return minuteTime(timestamp);
  const old = Math.max(0, now - Date.parse(timestamp));
  return old < NOW_MS ? 'now' : age(old);
}

function Age({ of }: { of: OptionPayload }) {
  const now = useRowNow();
  if (of.state === 'closed') return <span className="text-muted text-xs">close</span>;
  const stale = of.state === 'stale';
  return (
    <span title={origin(of)} className={`text-xs ${stale ? 'text-warn' : 'text-muted'}`}>
      {stale ? <WarningIcon className="mr-1 inline size-3" /> : null}
      {stale ? <span className="sr-only">Stale, </span> : null}
      {shortAge(of, now)}
    </span>
  );
}

export const COLUMNS: Readonly<Record<ChainColumn, Column>> = {
  bid: {
    label: 'Bid',
    head: 'Bid',
    width: 4.75,
    cell: (of) => <Price of={of} value={of.bid} reason="No bid is known" />,
  },
  ask: {
    label: 'Ask',
    head: 'Ask',
    width: 4.75,
    cell: (of) => <Price of={of} value={of.ask} reason="No ask is known" />,
  },
  last: {
    label: 'Last price',
    head: 'Last',
    width: 4.75,
    cell: (of) => <Price of={of} value={of.price} reason="No trade is known" />,
  },
  change: {
    label: 'Change',
    head: 'Chg',
    width: 5.25,
    cell: (of) => <Move of={of} text={signedPrice(of.change, of.price, of.contractId)} />,
  },
  changePercent: {
    label: 'Change in percent',
    head: 'Chg %',
    width: 6,
    cell: (of) => <Move of={of} text={signedPercent(of.changePercent)} />,
  },
  impliedVolatility: {
    label: 'Implied volatility',
    head: 'IV',
    width: 4.25,
    cell: (of) => <Greek of={of} value={of.impliedVolatility} text={percent(of.impliedVolatility)} />,
  },
  delta: {
    label: 'Delta',
    head: 'Delta',
    width: 4,
    cell: (of) => <Greek of={of} value={of.delta} text={decimals(of.delta, 2)} />,
  },
  gamma: {
    label: 'Gamma',
    head: 'Gamma',
    width: 4.75,
    cell: (of) => <Greek of={of} value={of.gamma} text={decimals(of.gamma, 4)} />,
  },
  theta: {
    label: 'Theta, dollars a day',
    head: 'Theta',
    width: 4.75,
    cell: (of) => <Greek of={of} value={of.theta} text={decimals(of.theta, 3)} />,
  },
  vega: {
    label: 'Vega, dollars a point of volatility',
    head: 'Vega',
    width: 4.75,
    cell: (of) => <Greek of={of} value={of.vega} text={decimals(of.vega, 3)} />,
  },
  volume: {
    label: 'Volume, contracts today',
    head: 'Vol',
    width: 4,
    cell: (of) => <Count of={of} value={of.volume} when="today" />,
  },
  openInterest: {
    label: 'Open interest, contracts',
    head: 'OI',
    width: 4,
    cell: (of) => <Count of={of} value={of.openInterest} when="at the end of the day before" />,
  },
  age: { label: 'Age', head: 'Age', width: 4.75, cell: (of) => <Age of={of} /> },
};
