import { useSingleKeys } from '../../hooks/single-keys.ts';
import type { ChainColumn, OptionSide } from '../../stores/chain-choices.ts';
import { COLUMNS } from './columns.tsx';
import { SIDES } from './words.ts';

/** Rem; wide enough for five digits, a decimal and both letters. */
export const STRIKE_WIDTH = 7;
/** Rem: two lines. */
export const HEAD_HEIGHT = 3.5;

export interface ChainHeadProps {
  readonly sides: readonly OptionSide[];
  /** From the strike outwards. */
  readonly columns: readonly ChainColumn[];
}

/** Widths that no value changes. */
export function ChainWidths({ sides, columns }: ChainHeadProps) {
  const outwards = columns.map((column) => (
    <col key={column} style={{ width: `${COLUMNS[column].width}rem` }} />
  ));
  const strike = <col style={{ width: `${STRIKE_WIDTH}rem` }} />;
  return (
    <colgroup>
      {sides.length === 1 ? (
        <>
          {strike}
          {outwards}
        </>
      ) : (
        <>
          {outwards.toReversed()}
          {strike}
          {outwards}
        </>
      )}
    </colgroup>
  );
}

function Names({ side, columns }: { side: OptionSide; columns: readonly ChainColumn[] }) {
  return columns.map((column) => {
    const { label, head } = COLUMNS[column];
    return (
      <th
        key={column}
        scope="col"
        title={label}
        className="whitespace-nowrap bg-surface px-1.5 text-right font-medium"
      >
        <span aria-hidden="true">{head}</span>
        <span className="sr-only">
          {SIDES[side].one}: {label}
        </span>
      </th>
    );
  });
}

/** Beside the strike, which is in sight also where the table is wider than the screen. */
function Group({ side, span, alone }: { side: OptionSide; span: number; alone: boolean }) {
  return (
    <th
      scope="colgroup"
      colSpan={span}
      className={`bg-surface px-1.5 font-semibold text-ink text-sm ${side === 'call' && !alone ? 'text-right' : 'text-left'}`}
    >
      {SIDES[side].many}
    </th>
  );
}

const strikeHead = (
  <th
    scope="col"
    rowSpan={2}
    className="sticky right-0 left-0 z-10 border-line border-x bg-surface text-center font-medium"
  >
    Strike
  </th>
);

export function ChainHead({ sides, columns }: ChainHeadProps) {
  const [only] = sides.length === 1 ? sides : [];
  return (
    <thead className="sticky top-0 z-20 text-muted text-xs">
      <tr className="h-7">
        {only ? (
          <>
            {strikeHead}
            <Group side={only} span={columns.length} alone />
          </>
        ) : (
          <>
            <Group side="call" span={columns.length} alone={false} />
            {strikeHead}
            <Group side="put" span={columns.length} alone={false} />
          </>
        )}
      </tr>
      <tr className="h-7">
        {only ? (
          <Names side={only} columns={columns} />
        ) : (
          <>
            <Names side="call" columns={columns.toReversed()} />
            <Names side="put" columns={columns} />
          </>
        )}
      </tr>
    </thead>
  );
}

/** What the signs of the table mean. */
export function ChainKey() {
  const single = useSingleKeys();
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-0.5 border-line border-t px-3 py-2 text-muted text-xs sm:px-4">
      <span>◂ ▸ and shade: in the money</span>
      <span>Framed strike: at the money</span>
      <span>M: our model, a European approximation</span>
      <span>V: the data provider</span>
      <span className="max-md:hidden">
        ↑ ↓ strikes, ← → side, {single ? '[ ] expiry, M to the money, ' : ''}Enter opens the chart
      </span>
    </p>
  );
}
