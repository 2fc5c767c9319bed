import { type MouseEvent, type RefObject, useLayoutEffect, useMemo, useRef } from 'react';
import { MAX_CONTRACTS_PER_CONNECTION } from '../../../../src/protocol/limits.ts';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { useMedia } from '../../hooks/use-media.ts';
import { useNow } from '../../hooks/use-now.ts';
import { go } from '../../hooks/use-page.ts';
import { useSettled } from '../../hooks/use-settled.ts';
import { useSubjects } from '../../hooks/use-topic.ts';
import { calendarDay } from '../../lib/format.ts';
import type { ChainColumn, OptionSide } from '../../stores/chain-choices.ts';
import { MAX_WATCHLIST } from '../../stores/watchlist.ts';
import { ChainHead, ChainWidths, HEAD_HEIGHT, STRIKE_WIDTH } from './chain-head.tsx';
import { ChainRow, HEAD_ROWS } from './chain-row.tsx';
import { COLUMNS } from './columns.tsx';
import { isInTheMoney, mainRoot, moneyRow, type StrikeRow } from './figures.ts';
import { contractsInSight, type Sight, segmentsOf } from './rows-in-sight.ts';
import { type Active, type ActiveOptions, useActiveContract } from './use-active-contract.ts';
import { NowProvider } from './use-contract.ts';
import { remPixels, useOpenAt, useSight } from './use-sight.ts';

/** Rem: of a row, also under a finger. */
const ROW_HEIGHT = { mouse: 2, finger: 2.75 };
/** The connection also follows what may be contracts: the symbols of the watchlist and the one of the chart. */
const MAX_CONTRACTS = MAX_CONTRACTS_PER_CONNECTION - MAX_WATCHLIST - 1;
/** A reader who scrolls through the strikes subscribes where the scrolling ends. */
const SETTLE_MS = 200;
const AGE_INTERVAL_MS = 1_000;

/** A place in the table of any expiry: strikes are dollars. */
export interface Place {
  readonly strike: number;
  readonly side: OptionSide;
}

export interface ChainTableProps {
  readonly underlying: string;
  readonly expiry: string;
  /** At least one, by strike. */
  readonly rows: readonly StrikeRow[];
  readonly spot: number | undefined;
  readonly sides: readonly OptionSide[];
  /** From the strike outwards. */
  readonly columns: readonly ChainColumn[];
  /** The contract to start at, where the chain has it; otherwise the strike at the money. */
  readonly opened: string | null;
  /** Where the keyboard was in the table before this one, and goes on at the nearest strike. */
  readonly carried: Place | null;
  /** The key of the whole chain's row at the money, in `rows` or not; null where there is none. */
  readonly money: string | null;
  /** Each change leads to the money. */
  readonly moneyLooks: number;
  /** Brings the strikes that are not in `rows`. */
  readonly onShowAll: () => void;
  readonly onOpen: (contractId: string) => void;
}

/** Where the keyboard and the first look start. */
function startOf(
  { rows, opened, carried, sides }: ChainTableProps,
  money: number | null,
): ActiveOptions['start'] {
  const [first = 'call'] = sides;
  if (carried) return { index: moneyRow(rows, carried.strike) ?? 0, side: carried.side };
  for (const side of sides) {
    const index = rows.findIndex((row) => row[side]?.contractId === opened);
    if (index !== -1) return { index, side };
  }
  return { index: money ?? Math.floor(rows.length / 2), side: first };
}

function useGeometry() {
  const finger = useMedia('(pointer: coarse)');
  const rem = useMemo(remPixels, []);
  return { rowHeight: (finger ? ROW_HEIGHT.finger : ROW_HEIGHT.mouse) * rem, headHeight: HEAD_HEIGHT * rem };
}

/** Rows that are not rendered, in their height. */
function Skipped({ rows, height, columns }: { rows: number; height: number; columns: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: no row is focusable
    <tr aria-hidden="true" style={{ height: rows * height }}>
      <td colSpan={columns} />
    </tr>
  );
}

interface RowsProps extends ChainTableProps {
  readonly sight: Sight;
  readonly active: Active;
  /** Pixels. */
  readonly rowHeight: number;
}

/** The rows in sight, and the height of the others. */
function Rows({ rows, spot, sides, columns, sight, money, active, rowHeight }: RowsProps) {
  const root = useMemo(() => mainRoot(rows), [rows]);
  // The strike of an adjusted series is no price of the underlying.
  const above = spot === undefined ? -1 : rows.findIndex((row) => row.root === root && row.strike >= spot);
  return segmentsOf(sight, rows.length, active.index).map((segment) => {
    if ('skipped' in segment)
      return (
        <Skipped
          key={`from ${segment.from}`}
          rows={segment.skipped}
          height={rowHeight}
          columns={1 + sides.length * columns.length}
        />
      );
    const { index } = segment;
    const row = rows[index]!;
    const adjusted = row.root !== root;
    const inside = sides.find((side) => !adjusted && isInTheMoney(side, row.strike, spot));
    return (
      <ChainRow
        key={row.key}
        row={row}
        index={index}
        sides={sides}
        columns={columns}
        inTheMoney={inside ?? null}
        atTheMoney={row.key === money}
        spotAbove={index === above}
        active={index === active.index ? active.side : null}
        adjusted={adjusted}
      />
    );
  });
}

/** The keyboard, which waits on the tab of the expiry until its table is here, goes on in it. */
function useKeptFocus(scroller: RefObject<HTMLElement | null>, carried: Place | null) {
  const wasCarried = useRef(carried !== null);
  useLayoutEffect(() => {
    if (wasCarried.current && document.activeElement?.getAttribute('role') === 'tab')
      scroller.current?.querySelector<HTMLElement>('a[data-active]')?.focus({ preventScroll: true });
  }, [scroller]);
}

/** The chain of one expiry. Contracts in sight, and a little around them, are kept coming. */
export function ChainTable(props: ChainTableProps) {
  const { underlying, expiry, rows, spot, sides, columns, money, moneyLooks, onShowAll, onOpen } = props;
  const scroller = useRef<HTMLElement>(null);
  const geometry = { scroller, ...useGeometry() };
  const { rowHeight } = geometry;
  const now = useNow(AGE_INTERVAL_MS);
  const atMoney = rows.findIndex(({ key }) => key === money);
  const moneyIndex = atMoney === -1 ? null : atMoney;
  const start = startOf(props, moneyIndex);
  const sight = useSight({ ...geometry, count: rows.length });
  const { active, onKeyDown, onFocus } = useActiveContract({
    ...geometry,
    rows,
    sides,
    start,
    money,
    onShowAll,
  });
  const opensAt = moneyLooks > 0 ? moneyIndex : start.index;
  useOpenAt(geometry, `${spot === undefined} ${moneyLooks}`, { index: opensAt, centred: sides.length > 1 });

  useKeptFocus(scroller, props.carried);

  const wanted = contractsInSight(rows, sight, sides, MAX_CONTRACTS).join(',');
  useSubjects('option', useSettled(wanted, SETTLE_MS).split(','));

  function onClick({ target }: MouseEvent<HTMLElement>) {
    const cell = target instanceof Element ? target.closest<HTMLElement>('[data-contract]') : null;
    const contract = cell?.dataset.contract;
    if (cell === null || contract === undefined) return;
    onOpen(contract);
    if (cell.tagName !== 'A') go(pathTo.symbol(contract));
  }

  const width = STRIKE_WIDTH + sides.length * columns.reduce((sum, column) => sum + COLUMNS[column].width, 0);
  return (
    <section
      ref={scroller}
      aria-label="Option chain, scrollable"
      className="group/chain relative max-h-[max(20rem,calc(100dvh-22rem))] overflow-auto overscroll-x-contain max-md:max-h-[max(20rem,calc(100dvh-12rem))]"
    >
      <table
        aria-rowcount={rows.length + HEAD_ROWS}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onClick={onClick}
        style={{ minWidth: `${width}rem` }}
        className="w-full table-fixed"
      >
        <caption className="sr-only">
          {underlying} options that expire on {calendarDay(expiry)}
        </caption>
        <ChainWidths sides={sides} columns={columns} />
        <ChainHead sides={sides} columns={columns} />
        <NowProvider value={now}>
          <tbody>
            <Rows {...props} sight={sight} active={active} rowHeight={rowHeight} />
          </tbody>
        </NowProvider>
      </table>
    </section>
  );
}
