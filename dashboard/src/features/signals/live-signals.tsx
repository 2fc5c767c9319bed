import { useCallback, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { MAX_SYMBOLS_PER_CONNECTION } from '../../../../src/protocol/limits.ts';
import { isContract } from '../../../../src/protocol/symbol.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { WarningIcon } from '../../components/icons.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { usePortfolioFigures } from '../../hooks/use-portfolio.ts';
import { useSignals } from '../../hooks/use-signals.ts';
import { useSubjects } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { plural } from '../../lib/plural.ts';
import { POLL_INTERVAL_MS } from '../../stores/connection.ts';
import { createSignalChoices, isUnread, type SignalChoicesStore } from '../../stores/signal-choices.ts';
import { readsPremium, type ShownSignal } from '../../stores/signals.ts';
import { createTrackRecordStore } from '../../stores/track-record.ts';
import { AskedPricesProvider } from './asked-prices.tsx';
import { DeliveriesPanel } from './deliveries-panel.tsx';
import { filterSignals, type SignalFilter, sourcesOf } from './filter.ts';
import { OlderSignals } from './older-signals.tsx';
import { SignalList } from './signal-list.tsx';
import { SignalTools } from './signal-tools.tsx';
import { SourcesPanel } from './sources-panel.tsx';
import { TrackRecordPanel } from './track-record-panel.tsx';
import { useArrivals } from './use-arrivals.ts';
import { type Held, useHeld } from './use-held.ts';

/**
 * Keeps prices of the newest free signals coming, as many as a connection has room for. Answers with the symbols that only
 * premium signals name, newest first.
 */
function usePrices(signals: readonly ShownSignal[]): readonly string[] {
  const symbolsOf = (isPremium: boolean) => [
    ...new Set(signals.flatMap(({ symbol, premium }) => (premium === isPremium ? [symbol] : []))),
  ];
  const symbols = symbolsOf(false);
  const newest = (list: readonly string[]) => list.slice(0, MAX_SYMBOLS_PER_CONNECTION).sort();
  useSubjects('quote', newest(symbols.filter((symbol) => !isContract(symbol))));
  useSubjects('option', newest(symbols.filter(isContract)));
  return symbolsOf(true).filter((symbol) => !symbols.includes(symbol));
}

const NOTHING = {};

/** What the tier has. Of premium signals a lower one learns only that there are tiers that read them. */
function TierNote() {
  const { signals } = useDesk();
  const tier = useStore(signals.store, (state) => state.tier);
  const premium = readsPremium(tier);
  return (
    <p role="status" className="flex flex-wrap items-center gap-x-2 gap-y-1 px-1">
      <Badge tone={premium ? 'up' : 'neutral'}>{tier}</Badge>
      <span className="text-muted">
        {premium
          ? 'Your tier reads free and premium signals.'
          : 'Premium signals are locked: the tiers PROFESSIONAL and INSTITUTIONAL read them. With one of these they appear here by themselves.'}
      </span>
    </p>
  );
}

/** How old the list may be, and what waits to be listed; nothing while it is pushed and complete. */
function ListNote({ error, held }: { error: string | null; held: Held }) {
  const { signals: lane } = useDesk();
  const hasOlder = useStore(lane.store, (state) => state.olderFrom !== null);
  const freshness = useFreshness();
  const text =
    error !== null
      ? `The list is not up to date. ${error}`
      : freshness === 'frozen'
        ? 'No live connection: the newest signals may be missing. The page tries again by itself.'
        : freshness === 'polled'
          ? `No live connection: signals are fetched every ${POLL_INTERVAL_MS / 1_000} seconds.`
          : '';
  return (
    // It has its line whatever it says, so that the list stays where it is.
    <div className="flex min-h-9 flex-wrap items-center px-3 py-0.5 text-xs sm:px-4">
      <p role="status" className="mr-2 flex items-center gap-2 text-warn empty:mr-0">
        {text === '' ? null : <WarningIcon className="size-4" />}
        {text}
      </p>
      {text === '' && held.signals.length > 0 ? (
        <p className="mr-2 text-muted">
          {hasOlder ? 'The newest ' : ''}
          {plural(held.signals.length, 'signal')}
          {hasOlder ? '; older ones are below the list' : ', newest first'}
        </p>
      ) : null}
      {held.waiting === 0 ? null : (
        <Button kind="quiet" className="min-h-7 underline" onClick={held.release}>
          Show {plural(held.waiting, 'more signal')}
        </Button>
      )}
    </div>
  );
}

const EVERYTHING: SignalFilter = { text: '', stream: 'all', muted: [] };

/** What the page lists and counts, of what the reader chose. */
function useListed(choices: SignalChoicesStore, filter: Pick<SignalFilter, 'text' | 'stream'>) {
  const { signals: lane } = useDesk();
  const { muted, read, sound } = useStore(choices);
  const premium = useStore(lane.store, ({ tier }) => readsPremium(tier));
  const { signals, isLoading, error } = useSignals({
    limit: Number.POSITIVE_INFINITY,
    pollInterval: POLL_INTERVAL_MS,
  });
  const { text, stream } = filter;
  const heard = useMemo(() => filterSignals(signals, { ...EVERYTHING, muted }), [signals, muted]);
  const listed = useMemo(
    () => filterSignals(heard, { ...EVERYTHING, text, stream: premium ? stream : 'all' }),
    [heard, text, stream, premium],
  );
  const unwatched = usePrices(listed);
  useArrivals({ signals, heard, settled: !isLoading, sound });
  // What is held decides about a close; only the press of a button reads it.
  usePortfolioFigures(() => NOTHING);
  useEffect(() => {
    if (!isLoading && error === null && read === null) choices.markRead(signals);
  }, [choices, signals, isLoading, error, read]);
  return {
    premium,
    signals,
    heard,
    listed,
    unwatched,
    isLoading,
    error,
    unread: heard.filter((signal) => isUnread(signal, read)).length,
  };
}

interface AbsenceProps
  extends Pick<ReturnType<typeof useListed>, 'signals' | 'heard' | 'isLoading' | 'error'> {
  readonly onShowAll: () => void;
}

/** Why no signal is listed. */
function Absence({ signals, heard, isLoading, error, onShowAll }: AbsenceProps) {
  const { signals: lane } = useDesk();
  const hasOlder = useStore(lane.store, (state) => state.olderFrom !== null);
  if (isLoading) return <SkeletonRows rows={8} label="Loading the signals…" />;
  if (signals.length === 0 && error !== null) {
    return (
      <Message
        tone="problem"
        title="The signals did not load"
        action={{ label: 'Try again', run: () => void lane.load() }}
      >
        {error}
      </Message>
    );
  }
  if (signals.length === 0)
    return <Message title="No signals yet">The next one appears here by itself.</Message>;
  if (heard.length === 0)
    return <Message title="Every source is muted">Unmute one in the list of sources.</Message>;
  return (
    <Message
      title={hasOlder ? `None of the newest ${plural(heard.length, 'signal')} fits` : 'No signal fits'}
      action={{ label: 'Show all', run: onShowAll }}
    >
      {hasOlder
        ? 'Show older signals, type something else, or show all.'
        : 'Type something else, or show all.'}
    </Message>
  );
}

/** Who sends signals, and what following them brought. */
function Sources({ signals, choices }: { signals: readonly ShownSignal[]; choices: SignalChoicesStore }) {
  const { api, timers, signals: lane } = useDesk();
  const [store] = useState(() => createTrackRecordStore({ api, timers, signals: lane.store }));
  const record = useStore(store, (state) => state.record);
  const muted = useStore(choices, (state) => state.muted);
  const premium = useStore(lane.store, ({ tier }) => readsPremium(tier));
  const sources = useMemo(() => {
    const recorded = record?.sources.map(({ source }) => source) ?? [];
    // The name of a source that only premium readers hear belongs to the locked signals.
    return sourcesOf(signals, [...(premium ? muted : []), ...recorded]);
  }, [signals, muted, record, premium]);
  return (
    <>
      <SourcesPanel sources={sources} choices={choices} />
      <TrackRecordPanel store={store} />
    </>
  );
}

/** Signals of every source that the tier may read; for an administrator also how far they were delivered. */
export function LiveSignals({ admin, userId }: { admin: boolean; userId: string }) {
  const [choices] = useState(() => createSignalChoices(userId));
  useEffect(() => choices.start(), [choices]);
  const chosen = useStore(choices);
  const [filter, setFilter] = useState<Pick<SignalFilter, 'text' | 'stream'>>(EVERYTHING);
  const { signals: lane } = useDesk();
  const tier = useStore(lane.store, (state) => state.tier);
  const { premium, unread, listed, unwatched, ...found } = useListed(choices, filter);
  const mayShow = useCallback((signal: ShownSignal) => premium || !signal.premium, [premium]);
  const held = useHeld(listed, [filter.text, filter.stream, ...chosen.muted].join(' '), mayShow);
  const aside = (
    <>
      <span role="status" className="text-muted text-xs">
        {unread === 0 ? 'Nothing new' : `${unread} new`}
      </span>
      <Button
        className="px-2 py-1"
        aria-disabled={unread === 0}
        onClick={() => choices.markRead(found.heard)}
      >
        Mark all as read
      </Button>
    </>
  );
  return (
    <>
      <TierNote />
      <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Panel id="signals" title="Signals" aside={aside}>
          <SignalTools
            filter={filter}
            onFilter={(part) => setFilter((before) => ({ ...before, ...part }))}
            premium={premium}
            choices={choices}
          />
          <ListNote error={found.error} held={held} />
          {held.signals.length > 0 ? (
            <div {...held.around}>
              <AskedPricesProvider symbols={unwatched}>
                <SignalList signals={held.signals} choices={chosen} />
              </AskedPricesProvider>
            </div>
          ) : (
            <Absence {...found} onShowAll={() => setFilter(EVERYTHING)} />
          )}
          <OlderSignals />
        </Panel>
        <div className="flex min-w-0 flex-col gap-3">
          {/* Another tier has another record: what premium signals brought comes and goes with it. */}
          <Sources key={tier} signals={found.signals} choices={choices} />
          {admin ? <DeliveriesPanel key={`deliveries ${tier}`} /> : null}
        </div>
      </div>
    </>
  );
}
