import type { ReactNode } from 'react';
import { usePresent } from '../../hooks/use-present.ts';
import { barLabel } from '../../lib/bar-labels.ts';
import { timeframeOf } from '../../lib/timeframes.ts';
import type { BarHistory } from '../../stores/bar-history.ts';

const MINUTE = { timespan: 'minute', multiplier: 1 } as const;

interface NoteProps {
  readonly history: BarHistory;
  readonly onRetry: () => void;
  /** Before this second there may be trades without a marker; null where all of them are known. */
  readonly unmarkedBefore: number | null;
}

function stateOf({ history, onRetry }: NoteProps, closedSince: string | null): ReactNode {
  const retry = (
    <button
      type="button"
      onClick={onRetry}
      className="ml-1 font-medium text-accent underline underline-offset-2"
    >
      Try again
    </button>
  );
  if (history.stale) {
    return (
      <span className="text-warn">
        {history.failure?.sentence ?? 'The source does not answer.'} The newest bars may be missing. {retry}
      </span>
    );
  }
  if (history.older === 'loading') return 'Loading older bars…';
  if (history.older === 'failed') return <span className="text-warn">Older bars did not load. {retry}</span>;
  if (closedSince !== null) return `The market is closed. Last trade ${closedSince}.`;
  return history.older === 'end' && history.bars.length > 0 ? 'There are no older bars.' : null;
}

/** What the bars are, and in which state; it has the same height whatever it says. */
export function ChartNote(props: NoteProps) {
  const { unmarkedBefore } = props;
  const { symbol, timeframe } = props.history;
  const { present } = usePresent(symbol);
  const closedSince =
    present?.state === 'closed' ? barLabel(Math.floor(Date.parse(present.timestamp) / 1_000), MINUTE) : null;
  return (
    <p className="flex min-h-12 @lg:min-h-8 @4xl:min-h-5 flex-wrap content-start justify-between gap-x-4 text-muted text-xs">
      <span>
        {timeframeOf(timeframe).sizeName}, New York time
        {unmarkedBefore === null
          ? ''
          : `. Your trades before ${barLabel(unmarkedBefore, MINUTE)} have no markers.`}
      </span>
      <span role="status">{stateOf(props, closedSince)}</span>
    </p>
  );
}
