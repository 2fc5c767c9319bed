import { memo } from 'react';
import { useStore } from 'zustand';
import { CheckIcon, CloseIcon } from '../../components/icons.tsx';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { momentOf } from '../../lib/format.ts';
import { textFor } from '../../lib/words.ts';
import { MAX_SHOWN, type TradeEntry } from '../../stores/trades.ts';
import { describeTrade, SOURCES } from './describe.ts';
import { TradeToasts } from './trade-toasts.tsx';

const TradeItem = memo(function TradeItem({ entry, now }: { entry: TradeEntry; now: number }) {
  const { title, detail } = describeTrade(entry);
  const failed = entry.event === 'trade:failed';
  const { timestamp } = entry.payload;
  return (
    <li className="flex gap-2.5 border-line border-t px-3 py-2 first:border-t-0 sm:px-4">
      <span className={`mt-0.5 ${failed ? 'text-down' : 'text-up'}`}>
        {failed ? <CloseIcon /> : <CheckIcon />}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{title}</span>
        <span className="block break-words text-muted">{detail}</span>
      </span>
      <span className="shrink-0 text-right text-muted text-xs">
        <time dateTime={timestamp} className="block">
          {momentOf(timestamp, now)}
        </time>
        {'source' in entry.payload ? textFor(SOURCES, entry.payload.source) : null}
      </span>
    </li>
  );
});

/** Toasts for what happens now, and the list of all that the journal holds. */
export function TradeNotifications() {
  const { timers } = useDesk();
  const { trades, loadTrades } = useSharedStores();
  const { status, entries } = useStore(trades);
  // The same for the whole day, so that an entry is rendered once and not with each new one.
  const today = new Date(timers.now()).setHours(0, 0, 0, 0);

  return (
    <Panel id="activity" title="Activity">
      <TradeToasts />
      {status === 'failed' ? (
        <Message
          tone="problem"
          title="Earlier trades could not be loaded"
          action={{ label: 'Try again', run: loadTrades }}
        />
      ) : null}
      {status === 'loading' ? <SkeletonRows rows={4} label="Loading trades" /> : null}
      {status === 'ready' && entries.length === 0 ? (
        <Message title="No trades yet">
          Executed and failed trades appear here and stay after a reload.
        </Message>
      ) : null}
      {entries.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled list must be reachable by keyboard
        <ul aria-label="Trades, newest first" tabIndex={0} className="md:max-h-96 md:overflow-y-auto">
          {entries.map((entry) => (
            <TradeItem key={`${entry.payload.epoch}:${entry.payload.seq}`} entry={entry} now={today} />
          ))}
        </ul>
      ) : null}
      {entries.length === MAX_SHOWN ? (
        <p className="border-line border-t px-3 py-2 text-muted text-xs sm:px-4">
          Only the newest {MAX_SHOWN} are listed.
        </p>
      ) : null}
    </Panel>
  );
}
