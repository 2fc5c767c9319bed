import { memo } from 'react';
import type { OptionPayload } from '../../../../src/protocol/options.ts';
import { Missing } from '../../components/missing.tsx';
import { useFlash } from '../../hooks/use-flash.ts';
import type { ChainColumn, OptionSide } from '../../stores/chain-choices.ts';
import { COLUMNS } from './columns.tsx';
import { useContract } from './use-contract.ts';

export interface SideCellsProps {
  readonly side: OptionSide;
  /** As the chain has it; null where this strike has no such contract. */
  readonly held: OptionPayload | null;
  /** From left to right. */
  readonly columns: readonly ChainColumn[];
  readonly inTheMoney: boolean;
  readonly active: boolean;
}

/** The last price lights up when it moves. */
function LastPrice({ of }: { of: OptionPayload }) {
  const flash = useFlash<HTMLSpanElement>(of.price);
  return (
    <span ref={flash} className="rounded">
      {COLUMNS.last.cell(of)}
    </span>
  );
}

const ACTIVE = 'group-focus-within/chain:shadow-[inset_0_1px_0_var(--accent),inset_0_-1px_0_var(--accent)]';

/** One contract of a row. */
export const SideCells = memo(function SideCells({
  side,
  held,
  columns,
  inTheMoney,
  active,
}: SideCellsProps) {
  const contract = useContract(held);
  const stale = contract?.state === 'stale';
  return columns.map((column) => (
    <td
      key={column}
      data-side={side}
      data-contract={held?.contractId}
      className={`overflow-hidden whitespace-nowrap px-1.5 text-right ${inTheMoney ? 'bg-accent-soft' : ''} ${stale ? 'not-live italic' : ''} ${active ? ACTIVE : ''}`}
    >
      {contract === null ? (
        <Missing reason="There is no such contract" />
      ) : column === 'last' ? (
        <LastPrice of={contract} />
      ) : (
        COLUMNS[column].cell(contract)
      )}
    </td>
  ));
});
