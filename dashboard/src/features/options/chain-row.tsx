import { memo } from 'react';
import { Link } from 'wouter';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { strikePrice } from '../../lib/format.ts';
import type { ChainColumn, OptionSide } from '../../stores/chain-choices.ts';
import type { StrikeRow } from './figures.ts';
import { SideCells } from './side-cells.tsx';
import { SIDES } from './words.ts';

export interface ChainRowProps {
  readonly row: StrikeRow;
  /** Of all rows, from 0. */
  readonly index: number;
  readonly sides: readonly OptionSide[];
  /** From the strike outwards. */
  readonly columns: readonly ChainColumn[];
  /** Which side is in the money, if any. */
  readonly inTheMoney: OptionSide | null;
  readonly atTheMoney: boolean;
  /** The price of the underlying is between the strike before and this one. */
  readonly spotAbove: boolean;
  /** The side that the keyboard is on; null in all other rows. */
  readonly active: OptionSide | null;
  /** The series has other terms than most of the chain. */
  readonly adjusted: boolean;
}

/** Head rows that come before the first strike. */
export const HEAD_ROWS = 2;

interface LetterProps extends Pick<ChainRowProps, 'row' | 'inTheMoney' | 'active'> {
  readonly side: OptionSide;
}

/** The contract's link: what the keyboard moves over, with the sign of a contract that is in the money. */
function Letter({ row, side, inTheMoney, active }: LetterProps) {
  const contract = row[side];
  const inside = inTheMoney === side;
  const letter = side === 'call' ? `${inside ? '◂' : ''}C` : `P${inside ? '▸' : ''}`;
  const place = `w-6 text-xs ${side === 'call' ? 'text-left' : 'text-right'}`;
  if (contract === null) return <span aria-hidden="true" className={place} />;
  return (
    <Link
      href={pathTo.symbol(contract.contractId)}
      tabIndex={active === side ? 0 : -1}
      data-active={active === side || undefined}
      data-side={side}
      data-contract={contract.contractId}
      className={`rounded py-1 focus-visible:outline-offset-0 ${place} ${inside ? 'font-semibold text-accent' : 'text-muted'}`}
    >
      <span aria-hidden="true">{letter}</span>
      <span className="sr-only">
        {SIDES[side].one} {strikePrice(row.strike)}
        {inside ? ', in the money' : ''}
      </span>
    </Link>
  );
}

function Strike({
  row,
  sides,
  inTheMoney,
  atTheMoney,
  active,
  adjusted,
}: Omit<ChainRowProps, 'columns' | 'index'>) {
  const letters = { row, inTheMoney, active };
  return (
    <th
      scope="row"
      className="sticky right-0 left-0 z-10 border-line border-x bg-surface px-1 font-normal group-hover/row:bg-raised"
    >
      <span className="flex items-center justify-between gap-1">
        {sides.includes('call') ? <Letter side="call" {...letters} /> : null}
        <span
          className={`rounded px-1 font-semibold ${atTheMoney ? 'outline-1 outline-accent text-accent' : ''}`}
        >
          {strikePrice(row.strike)}
          {atTheMoney ? <span className="sr-only"> at the money</span> : null}
          {adjusted ? <span className="block font-normal text-[0.625rem] text-warn">{row.root}</span> : null}
        </span>
        {sides.includes('put') ? <Letter side="put" {...letters} /> : null}
      </span>
    </th>
  );
}

/** A strike with its call on the left and its put on the right. */
export const ChainRow = memo(function ChainRow(props: ChainRowProps) {
  const { row, index, sides, columns, inTheMoney, spotAbove, active } = props;
  const side = (name: OptionSide, ordered: readonly ChainColumn[]) =>
    sides.includes(name) ? (
      <SideCells
        side={name}
        held={row[name]}
        columns={ordered}
        inTheMoney={inTheMoney === name}
        active={active === name}
      />
    ) : null;
  const outwards = sides.length === 1 ? columns : columns.toReversed();
  return (
    <tr
      aria-rowindex={index + 1 + HEAD_ROWS}
      className={`group/row h-8 cursor-pointer border-t hover:bg-raised pointer-coarse:h-11 ${spotAbove ? 'border-accent' : 'border-line'}`}
    >
      {sides.length === 1 ? <Strike {...props} /> : null}
      {side('call', outwards)}
      {sides.length > 1 ? <Strike {...props} /> : null}
      {side('put', columns)}
    </tr>
  );
});
