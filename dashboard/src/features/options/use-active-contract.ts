import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useSingleKeys } from '../../hooks/single-keys.ts';
import type { OptionSide } from '../../stores/chain-choices.ts';
import type { StrikeRow } from './figures.ts';
import { bodyHeight } from './use-sight.ts';

/** A row by its index, and one of its sides. */
export interface Active {
  readonly index: number;
  readonly side: OptionSide;
}

export interface ActiveOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rows: readonly StrikeRow[];
  readonly sides: readonly OptionSide[];
  /** Where the keyboard starts. */
  readonly start: Active;
  /** The key of the row that M leads to, in `rows` or not; null without a price. */
  readonly money: string | null;
  /** Brings the rows that are not in `rows`. */
  readonly onShowAll: () => void;
  /** Pixels. */
  readonly rowHeight: number;
  readonly headHeight: number;
}

const other = (side: OptionSide): OptionSide => (side === 'call' ? 'put' : 'call');

/** The side, or the other one where the strike has no such contract. */
const present = (row: StrikeRow | undefined, side: OptionSide): OptionSide =>
  row?.[side] ? side : other(side);

/** Scrolls as little as shows the row whole. */
function reveal(scroller: HTMLElement, index: number, rowHeight: number, headHeight: number): void {
  const top = index * rowHeight;
  const lowest = top + rowHeight - bodyHeight(scroller, headHeight);
  scroller.scrollTop = Math.min(top, Math.max(lowest, scroller.scrollTop));
}

/**
 * The contract that the keyboard is on. One link of the table is in the tab order; arrows, Page, Home and End move
 * it, and the focus with it.
 */
export function useActiveContract(options: ActiveOptions) {
  const { scroller, rows, sides, start, money, onShowAll, rowHeight, headHeight } = options;
  const [chosen, setChosen] = useState<{ key: string; side: OptionSide } | null>(null);
  const moved = useRef(false);
  const single = useSingleKeys();
  const found = chosen === null ? -1 : rows.findIndex(({ key }) => key === chosen.key);
  const at = found === -1 || chosen === null ? start : { index: found, side: chosen.side };
  const side = sides.includes(at.side) ? at.side : (sides[0] ?? 'call');
  const active: Active = { index: at.index, side: sides.length > 1 ? present(rows[at.index], side) : side };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!moved.current || !element) return;
    moved.current = false;
    reveal(element, active.index, rowHeight, headHeight);
    // The table may reach below the screen: then the page scrolls as well.
    element.querySelector<HTMLElement>('a[data-active]')?.focus();
  });

  function move(index: number, to: OptionSide = active.side) {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (!row) return;
    moved.current = true;
    setChosen({ key: row.key, side: to });
  }

  function moveToMoney() {
    if (money === null) return;
    if (!rows.some(({ key }) => key === money)) onShowAll();
    moved.current = true;
    setChosen({ key: money, side: active.side });
  }

  const page = () => Math.max(1, Math.floor(bodyHeight(scroller.current!, headHeight) / rowHeight) - 1);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(active.index + 1),
    ArrowUp: () => move(active.index - 1),
    PageDown: () => move(active.index + page()),
    PageUp: () => move(active.index - page()),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    ...(single ? { m: moveToMoney } : {}),
    ...(sides.length > 1
      ? { ArrowLeft: () => move(active.index, 'call'), ArrowRight: () => move(active.index, 'put') }
      : {}),
  };

  return {
    active,
    onKeyDown(event: KeyboardEvent) {
      const action = keys[event.key] ?? keys[event.key.toLowerCase()];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    },
    /** Wherever the focus came from, the keyboard goes on from there. */
    onFocus({ target }: FocusEvent<HTMLElement>) {
      const row = rows.find((one) => sides.some((name) => one[name]?.contractId === target.dataset.contract));
      const { side: name } = target.dataset;
      if (row && (name === 'call' || name === 'put')) setChosen({ key: row.key, side: name });
    },
  };
}
