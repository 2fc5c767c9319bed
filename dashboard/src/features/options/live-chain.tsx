import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { ChainPayload } from '../../../../src/protocol/options.ts';
import { parseSymbol } from '../../../../src/protocol/symbol.ts';
import { AsOf } from '../../components/as-of.tsx';
import { Badge } from '../../components/badge.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useSingleKeys } from '../../hooks/single-keys.ts';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useMarketData } from '../../hooks/use-market-data.ts';
import { useMedia } from '../../hooks/use-media.ts';
import { useWidth } from '../../hooks/use-width.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { calendarDay } from '../../lib/format.ts';
import { type ChainProblem, type ChainState, createChainStore, isPassing } from '../../stores/chain.ts';
import type { ChainChoicesStore, OptionSide } from '../../stores/chain-choices.ts';
import { ChainCharts } from './chain-charts.tsx';
import { ChainKey } from './chain-head.tsx';
import { ChainTable, type Place } from './chain-table.tsx';
import { ChainTools } from './chain-tools.tsx';
import { ExpiryTabs, tabId } from './expiry-tabs.tsx';
import { rowsOf } from './figures.ts';
import { fittingColumns } from './fitting.ts';
import { ChainNotices } from './notices.tsx';
import { NO_RANGE, readRange, type StrikeTexts, within } from './strike-range.ts';
import { UnderlyingFigures } from './underlying-figures.tsx';
import { ReceivedAtProvider, useContracts } from './use-contract.ts';
import { remPixels } from './use-sight.ts';
import { sourceWord } from './words.ts';

/** Below this width a chain shows one side at a time. */
const NARROW = '(max-width: 767px)';
const BOTH: readonly OptionSide[] = ['call', 'put'];

export interface LiveChainProps {
  readonly underlying: string;
  /** The expiry of the address, if it names one. */
  readonly expiry: string | undefined;
  readonly onExpiry: (expiry: string) => void;
  readonly choices: ChainChoicesStore;
}

/** What stands in the place of a chain that cannot be shown. */
function Absence({
  problem,
  underlying,
  onRetry,
}: {
  problem: ChainProblem;
  underlying: string;
  onRetry: () => void;
}) {
  if (problem.code === 'NOT_IN_PLAN')
    return (
      <Message tone="problem" title={`The market data source has no options of ${underlying}`}>
        {problem.message}
      </Message>
    );
  if (isPassing(problem))
    return (
      <Message
        tone="problem"
        title="The option chain is unavailable right now"
        action={{ label: 'Try again', run: onRetry }}
      >
        {problem.message}
      </Message>
    );
  return (
    <Message tone="problem" title={`There is no option chain of “${underlying}”`}>
      {problem.message} Choose another underlying above.
    </Message>
  );
}

/** The strikes that the reader wants to see, of whatever expiry. */
interface Filter {
  readonly range: StrikeTexts;
  readonly onRange: (range: StrikeTexts) => void;
}

interface ChainViewProps extends Pick<LiveChainProps, 'underlying' | 'choices'>, Filter {
  /** Where the keyboard was when it went on to another expiry. */
  readonly carried: Place | null;
  readonly chain: ChainPayload;
  readonly expiry: string;
  readonly receivedAt: number;
  readonly notices: ReactNode;
}

/** The chain of one expiry with its figures and charts. */
function ChainView(props: ChainViewProps) {
  const { underlying, carried, chain, expiry, receivedAt, choices, notices, range, onRange } = props;
  const contracts = useContracts(chain, receivedAt);
  const { columns, side, contract } = useStore(choices);
  const narrow = useMedia(NARROW);
  const [moneyLooks, setMoneyLooks] = useState(0);
  const [quote] = useMarketData([underlying]).quotes;
  const spot = quote?.data?.price ?? chain.underlying.price;
  const rows = useMemo(() => within(rowsOf(chain.contracts), readRange(range)), [chain, range]);
  // What has a chain is worth coming back to; a mistyped name is not.
  useEffect(() => choices.choose({ underlying }), [choices, underlying]);
  const frozen = useFreshness() === 'frozen';
  const sides = useMemo(() => (narrow ? [side] : BOTH), [narrow, side]);
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
          onMoney={spot === undefined ? null : () => setMoneyLooks((looks) => looks + 1)}
        />
        {rows.length === 0 ? (
          <Message
            title="No strikes in this range"
            action={{ label: 'Show all', run: () => onRange(NO_RANGE) }}
          />
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
              moneyLooks={moneyLooks}
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

interface ContentProps extends Pick<ChainViewProps, 'underlying' | 'choices' | 'carried'>, Filter {
  readonly state: ChainState;
  readonly onRetry: () => void;
}

/** What the panel says while there is no chain to show. */
function NoChain({ state, onRetry, underlying }: Omit<ContentProps, 'choices' | 'carried' | keyof Filter>) {
  const { expirations, expiry, chain, problem } = state;
  if (chain === null && problem !== null)
    return <Absence problem={problem} underlying={underlying} onRetry={onRetry} />;
  if (expirations?.length === 0)
    return <Message title={`${underlying} has no listed options`}>Choose another underlying above.</Message>;
  if (chain !== null && expiry !== null)
    return <Message title={`No contracts expire on ${calendarDay(expiry)}`}>Choose another expiry.</Message>;
  return <SkeletonRows rows={14} label="Loading the option chain…" />;
}

function Content({ state, onRetry, ...view }: ContentProps) {
  const { expiry, chain } = state;
  if (chain === null || expiry === null || chain.contracts.length === 0)
    return (
      <Panel id="chain" title={expiry === null ? 'Option chain' : `Expires ${calendarDay(expiry)}`}>
        <NoChain state={state} onRetry={onRetry} underlying={view.underlying} />
      </Panel>
    );
  const notices = <ChainNotices state={state} onRetry={onRetry} />;
  // Scroll position and the contract of the keyboard belong to one expiry.
  return (
    <ChainView
      key={expiry}
      {...view}
      chain={chain}
      expiry={expiry}
      receivedAt={state.receivedAt}
      notices={notices}
    />
  );
}

/** The chain store of one underlying, running while mounted. */
function useChain({ underlying, expiry, onExpiry }: LiveChainProps) {
  const { api, timers, connection } = useDesk();
  const [store] = useState(() => createChainStore({ api, timers, underlying, expiry }));
  useEffect(() => store.start(), [store]);
  useEffect(() => connection.onConnect((again) => (again ? store.reload() : undefined)), [connection, store]);
  useEffect(() => {
    if (expiry !== undefined) store.choose(expiry);
  }, [store, expiry]);
  const state = useStore(store);
  const { expirations, expiry: shown } = state;
  /** An expiry of the address that is not listed, in whose place the nearest is shown. */
  const [unlisted, setUnlisted] = useState<string | null>(null);
  const isUnlisted = expirations?.some((one) => one.expiry === expiry) === false;
  useEffect(() => {
    if (expiry === undefined || shown === null || shown === expiry || !isUnlisted) return;
    setUnlisted(expiry);
    onExpiry(shown);
  }, [expiry, shown, isUnlisted, onExpiry]);
  return {
    state,
    unlisted,
    reload: store.reload,
    choose(chosen: string) {
      setUnlisted(null);
      store.choose(chosen);
      onExpiry(chosen);
    },
  };
}

/** Says that the address named another expiry than the one that is shown. */
function UnlistedNote({ expiry }: { expiry: string | null }) {
  const name = expiry !== null && Number.isFinite(Date.parse(expiry)) ? calendarDay(expiry) : `“${expiry}”`;
  return (
    <p role="status" className={expiry === null ? 'sr-only' : 'px-3 pb-2 text-warn'}>
      {expiry === null ? '' : `No listed contract expires on ${name}. The nearest expiry is shown.`}
    </p>
  );
}

/** The strike and side that has the focus; null outside of the table. */
function placeOf(target: EventTarget): Place | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-contract]') : null;
  const contract = parseSymbol(cell?.dataset.contract ?? '');
  return contract?.kind === 'option' ? { strike: contract.strike, side: contract.right } : null;
}

/** The option chain of one underlying, kept coming while mounted. */
export function LiveChain(props: LiveChainProps) {
  const { state, unlisted, reload, choose } = useChain(props);
  const { expirations, expiry } = state;
  const panel = useId();
  const [carried, setCarried] = useState<Place | null>(null);
  const [range, setRange] = useState(NO_RANGE);
  const single = useSingleKeys();

  function chooseTab(chosen: string) {
    setCarried(null);
    choose(chosen);
  }

  function onKeyDown({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent) {
    const step = key === '[' ? -1 : key === ']' ? 1 : 0;
    if (!single || step === 0 || ctrlKey || metaKey || altKey || target instanceof HTMLInputElement) return;
    const at = (expirations ?? []).findIndex((one) => one.expiry === expiry);
    const next = expirations?.[at + step];
    if (!next) return;
    setCarried((before) => placeOf(target) ?? before);
    choose(next.expiry);
    // The table makes way for the next one; on <body> a keyboard would start all over.
    document.getElementById(tabId(next.expiry))?.focus({ preventScroll: true });
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys for whatever has the focus inside
    <div className="contents" onKeyDown={onKeyDown}>
      {expirations && expirations.length > 0 ? (
        <div className="min-w-0 rounded-lg border border-line bg-surface">
          <ExpiryTabs expirations={expirations} chosen={expiry} panel={panel} onChoose={chooseTab} />
          <UnlistedNote expiry={unlisted} />
        </div>
      ) : null}
      <div
        className="col-span-full min-w-0"
        id={panel}
        role="tabpanel"
        aria-labelledby={expiry === null ? undefined : tabId(expiry)}
      >
        <Content
          state={state}
          onRetry={reload}
          underlying={props.underlying}
          choices={props.choices}
          carried={carried}
          range={range}
          onRange={setRange}
        />
      </div>
    </div>
  );
}
