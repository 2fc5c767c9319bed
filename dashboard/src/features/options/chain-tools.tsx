import { DropdownMenu } from 'radix-ui';
import { useId } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { CheckIcon, ChevronIcon } from '../../components/icons.tsx';
import {
  CHAIN_COLUMNS,
  type ChainChoicesStore,
  type ChainColumn,
  type OptionSide,
} from '../../stores/chain-choices.ts';
import { COLUMNS } from './columns.tsx';
import { readRange, type StrikeTexts } from './strike-range.ts';
import { SIDES } from './words.ts';

interface ColumnsMenuProps {
  readonly columns: readonly ChainColumn[];
  /** Those of them that the screen has room for. */
  readonly shown: readonly ChainColumn[];
  readonly onChange: (columns: readonly ChainColumn[]) => void;
}

/** Which numbers the chain shows. The last one cannot be hidden. */
function ColumnsMenu({ columns, shown, onChange }: ColumnsMenuProps) {
  const toggle = (column: ChainColumn) =>
    onChange(
      CHAIN_COLUMNS.filter((one) => (one === column ? !columns.includes(one) : columns.includes(one))),
    );
  return (
    // Not modal: locking the page's scrolling would need a <style> element.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="flex h-9 items-center gap-1.5 rounded-md border border-line-strong px-3 hover:bg-raised">
        Columns
        <ChevronIcon className="size-3.5 text-muted" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Content
        align="end"
        sideOffset={6}
        className="z-50 max-h-(--radix-dropdown-menu-content-available-height) w-64 overflow-auto rounded-lg border border-line-strong bg-surface p-1 shadow-lg"
      >
        {CHAIN_COLUMNS.map((column) => (
          <DropdownMenu.CheckboxItem
            key={column}
            checked={columns.includes(column)}
            disabled={columns.length === 1 && columns.includes(column)}
            onCheckedChange={() => toggle(column)}
            // Several are chosen in one go.
            onSelect={(event) => event.preventDefault()}
            className="flex min-h-9 cursor-pointer select-none items-center gap-2 rounded px-2 outline-none data-disabled:text-muted data-highlighted:bg-raised"
          >
            <span className="w-4 shrink-0">
              <DropdownMenu.ItemIndicator>
                <CheckIcon />
              </DropdownMenu.ItemIndicator>
            </span>
            {COLUMNS[column].label}
            {columns.includes(column) && !shown.includes(column) ? (
              <span className="ml-auto whitespace-nowrap text-muted text-xs">no room</span>
            ) : null}
          </DropdownMenu.CheckboxItem>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

interface StrikeFieldProps {
  readonly label: string;
  /** The label in full, where it is short for its place. */
  readonly name?: string;
  readonly value: string;
  readonly invalid: boolean;
  readonly onChange: (text: string) => void;
}

function StrikeField({ label, name, value, invalid, onChange }: StrikeFieldProps) {
  const id = useId();
  return (
    <div className="flex items-center gap-1.5">
      <label htmlFor={id} className="whitespace-nowrap text-muted text-xs">
        {label}
      </label>
      <input
        id={id}
        aria-label={name}
        inputMode="decimal"
        autoComplete="off"
        value={value}
        aria-invalid={invalid}
        onChange={(event) => onChange(event.target.value)}
        className={`field w-20 ${invalid ? 'border-down' : ''}`}
      />
    </div>
  );
}

const SIDE_CHOICES = (['call', 'put'] as const).map((side) => ({ value: side, label: SIDES[side].many }));

export interface ChainToolsProps {
  readonly choices: ChainChoicesStore;
  /** The chosen columns that the screen has room for. */
  readonly shown: readonly ChainColumn[];
  readonly range: StrikeTexts;
  readonly onRange: (range: StrikeTexts) => void;
  /** One side at a time, chosen here. */
  readonly narrow: boolean;
  /** Back to the strike at the money; null where none is. */
  readonly onMoney: (() => void) | null;
}

/** What the table shows: its side on a phone, its strikes and its columns. */
export function ChainTools({ choices, shown, range, onRange, narrow, onMoney }: ChainToolsProps) {
  const { columns, side } = useStore(choices);
  const { wrong } = readRange(range);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-t px-3 py-2 sm:px-4">
      {narrow ? (
        <Choice<OptionSide>
          label="Side"
          hideLabel
          value={side}
          options={SIDE_CHOICES}
          onChange={(chosen) => choices.choose({ side: chosen })}
        />
      ) : null}
      <div className="flex gap-3 max-md:order-1">
        <StrikeField
          label="Strikes from"
          value={range.from}
          invalid={wrong.includes('from')}
          onChange={(from) => onRange({ ...range, from })}
        />
        <StrikeField
          label="to"
          name="Strikes to"
          value={range.to}
          invalid={wrong.includes('to')}
          onChange={(to) => onRange({ ...range, to })}
        />
      </div>
      <p role="status" className="text-down text-xs">
        {wrong.length === 0
          ? ''
          : wrong.length === 2
            ? 'The first strike is above the second.'
            : 'A strike is a number of dollars.'}
      </p>
      <div className="ml-auto flex gap-2">
        {onMoney ? <Button onClick={onMoney}>To the money</Button> : null}
        <ColumnsMenu
          columns={columns}
          shown={shown}
          onChange={(chosen) => choices.choose({ columns: chosen })}
        />
      </div>
    </div>
  );
}
