import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { ChainPayload } from '../../../../src/protocol/options.ts';
import { AsOf } from '../../components/as-of.tsx';
import { Badge } from '../../components/badge.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useMarketData } from '../../hooks/use-market-data.ts';
import { useMedia } from '../../hooks/use-media.ts';
import { useWidth } from '../../hooks/use-width.ts';
import { calendarDay } from '../../lib/format.ts';
import { sourceWord } from '../../lib/source-word.ts';
import type { ChainChoicesStore, OptionSide } from '../../stores/chain-choices.ts';
import { ChainCharts } from './chain-charts.tsx';
import { ChainKey } from './chain-head.tsx';
import { ChainTable, type Place } from './chain-table.tsx';
import { ChainTools } from './chain-tools.tsx';
import { moneyRow, rowsOf } from './figures.ts';
import { fittingColumns } from './fitting.ts';
import { NO_RANGE, readRange, type StrikeTexts, within } from './strike-range.ts';
import { UnderlyingFigures } from './underlying-figures.tsx';
import { ReceivedAtProvider, useContracts } from './use-contract.ts';
import { remPixels } from './use-sight.ts';

/** Below this width a chain shows one side at a time. */
const NARROW = '(max-width: 767px)';
const BOTH: readonly OptionSide[] = ['call', 'put'];

/** The strikes that the reader wants to see, of whatever expiry. */
export interface StrikeFilter {
  readonly range: StrikeTexts;
  readonly onRange: (range: StrikeTexts) => void;
}

export interface ChainViewProps extends StrikeFilter {
  readonly underlying: string;
  readonly choices: ChainChoicesStore;
  /** Where the keyboard was when it went on to another expiry. */
  readonly carried: Place | null;
  readonly chain: ChainPayload;
  readonly expiry: string;
  readonly receivedAt: number;
  readonly notices: ReactNode;
}

/** The chain of one expiry with its figures and charts. */
export function ChainView(props: ChainViewProps) {
  const { underlying, carried, chain, expiry, receivedAt, choices, notices, range, onRange } = props;
  const contracts = useContracts(chain, receivedAt);
  const { columns, side, contract } = useStore(choices);
  const narrow = useMedia(NARROW);
  const [moneyLooks, setMoneyLooks] = useState(0);
  const [quote] = useMarketData([underlying]).quotes;
  const spot = quote?.data?.price ?? chain.underlying.price;
  const all = useMemo(() => rowsOf(chain.contracts), [chain]);
  const rows = useMemo(() => within(all, readRange(range)), [all, range]);
  // Of the whole chain: the nearest of some strikes may be far from the price.
  const money = all[moneyRow(all, spot) ?? -1]?.key ?? null;
  // What has a chain is worth coming back to; a mistyped name is not.
  useEffect(() => void choices.choose({ underlying }), [choices, underlying]);
  const frozen = useFreshness() === 'frozen';
  const sides = useMemo(() => (narrow ? [side] : BOTH), [narrow, side]);
  const showAll = () => onRange(NO_RANGE);
  function toTheMoney() {
    if (!rows.some(({ key }) => key === money)) showAll();
    setMoneyLooks((looks) => looks + 1);
  }
  const [frame, width] = useWidth<HTMLDivElement>();
  // One side alone scrolls beside its strike.
  const shown = useMemo(
    () => (narrow ? columns : fittingColumns(columns, width / remPixels())),
    [narrow, columns, width],
  );
  return (
    <div
      className={`grid grid-cols-1 items-start gap-3 min-[120rem]:grid-cols-[minmax(0,1fr)_32rem] ${frozen ? 'not-live' : ''}`}
    >
      <Panel
        id="chain"
        title={`Expires ${calendarDay(expiry)}`}
        aside={
          <>
            <AsOf receivedAt={receivedAt} />
            <Badge>{sourceWord(chain.underlying.state)}</Badge>
          </>
        }
      >
        {notices}
        <UnderlyingFigures chain={chain} contracts={contracts} quote={quote?.data} spot={spot} />
        <div ref={frame} />
        <ChainTools
          choices={choices}
          shown={shown}
          range={range}
          onRange={onRange}
          narrow={narrow}
          onMoney={money === null ? null : toTheMoney}
        />
        {rows.length === 0 ? (
          <Message title="No strikes in this range" action={{ label: 'Show all', run: showAll }} />
        ) : (
          <ReceivedAtProvider value={receivedAt}>
            <ChainTable
              underlying={underlying}
              expiry={expiry}
              rows={rows}
              spot={spot}
              sides={sides}
              columns={shown}
              opened={contract}
              carried={carried}
              money={money}
              moneyLooks={moneyLooks}
              onShowAll={showAll}
              onOpen={(opened) => choices.choose({ contract: opened })}
            />
          </ReceivedAtProvider>
        )}
        <ChainKey />
      </Panel>
      <div className="grid min-w-0 grid-cols-1 gap-3 lg:max-[120rem]:grid-cols-2">
        <ChainCharts contracts={contracts} spot={spot} />
      </div>
    </div>
  );
}
