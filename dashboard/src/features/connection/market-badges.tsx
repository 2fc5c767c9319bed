import { useStore } from 'zustand';
import type { FeedHealth } from '../../../../src/protocol/health-payloads.ts';
import type { MarketStatusPayload } from '../../../../src/protocol/market.ts';
import type { QuotePayload } from '../../../../src/protocol/quotes.ts';
import { Badge } from '../../components/badge.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useLatest } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { dayAndTime, marketDay, minuteTime } from '../../lib/format.ts';
import { asWords, entryFor, textFor } from '../../lib/words.ts';
import { type KeyedState, SINGLE } from '../../stores/keyed.ts';

/** By what a quote or the feed calls its source; a source that is not here is a live market. */
const SOURCES: Readonly<Record<string, { word: string; sentence: string }>> = {
  simulated: {
    word: 'Simulated data',
    sentence: 'A simulation makes these prices. They are not market data.',
  },
  replay: { word: 'Replay', sentence: 'Prices are a recording of an earlier day.' },
  delayed: { word: 'Delayed data', sentence: 'The data provider delays these prices.' },
};

/** Null where the feed is as it should be, or about to be. */
const FEED_PROBLEMS: Record<FeedHealth['state'], string | null> = {
  connecting: null,
  live: null,
  delayed: null,
  silent: 'Feed silent',
  down: 'Feed down',
  refused: 'Feed refused',
  ended: 'Replay ended',
};

/** A state that only a newer server has is not passed off as a feed that flows. */
function problemOf({ state }: FeedHealth): string | null {
  const problem = entryFor(FEED_PROBLEMS, state);
  return problem === undefined ? `Feed: ${asWords(state).toLowerCase()}` : problem;
}

const SESSIONS: Record<MarketStatusPayload['session'], string> = {
  pre: 'Pre-market',
  regular: 'Market open',
  post: 'After hours',
  closed: 'Market closed',
};

function statusText({ isOpen, session, holiday, nextOpen, nextClose }: MarketStatusPayload): string {
  const name = holiday ? `Market closed: ${holiday}` : textFor(SESSIONS, session);
  if (isOpen) return nextClose ? `${name} until ${minuteTime(nextClose)}` : name;
  return nextOpen ? `${name}, opens ${dayAndTime(nextOpen)}` : name;
}

/** The day that is replayed, by its newest quote; null before the first. */
function replayedDay({ bySubject }: KeyedState<QuotePayload>): string | null {
  const newest = Object.values(bySubject).reduce(
    (latest, { timestamp }) => (timestamp > latest ? timestamp : latest),
    '',
  );
  return newest === '' ? null : marketDay(newest);
}

/** Where the prices come from, whenever that is not a live market. */
export function SourceBadge() {
  const { states } = useDesk();
  const { feed: feeds } = useSharedStores();
  const feed = useStore(feeds, (state) => state.feed);
  const source = useStore(feeds, (state) => state.source ?? state.feed?.source ?? null);
  const day = useStore(states.quote, (state) => (source === 'replay' ? replayedDay(state) : null));
  const look = source === null ? undefined : entryFor(SOURCES, source);
  const problem = feed && problemOf(feed);
  return (
    <>
      {look ? (
        <Badge tone="accent" title={look.sentence}>
          {day === null ? look.word : `${look.word} · ${day}`}
        </Badge>
      ) : null}
      {problem ? (
        <Badge tone="down" title={feed.detail}>
          {problem}
        </Badge>
      ) : null}
    </>
  );
}

export function MarketBadge() {
  const status = useLatest('market', SINGLE);
  if (!status) return null;
  return <Badge tone={status.isOpen ? 'neutral' : 'warn'}>{statusText(status)}</Badge>;
}
