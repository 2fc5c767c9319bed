import { Message } from '../../components/message.tsx';
import { instrumentWords } from '../../lib/instrument-words.ts';
import { type BarHistory, isFinal } from '../../stores/bar-history.ts';

export interface AbsenceProps {
  /** The chart's code could not be loaded. */
  readonly codeFailed: boolean;
  readonly history: BarHistory;
  readonly onRetry: () => void;
}

/** What stands in the place of a chart that cannot be drawn. */
export function ChartAbsence({ codeFailed, history: { symbol, failure, bars }, onRetry }: AbsenceProps) {
  const name = instrumentWords(symbol);
  const action = { label: 'Try again', run: onRetry };
  if (codeFailed) {
    return (
      <Message tone="problem" title="The chart did not load" action={action}>
        Check your connection and try again.
      </Message>
    );
  }
  if (failure?.code === 'NOT_IN_PLAN') {
    return (
      <Message title="The market data source does not have this history">
        {failure.sentence} Choose another timeframe.
      </Message>
    );
  }
  if (failure) {
    return (
      <Message
        tone="problem"
        title={isFinal(failure) ? `There is no history of ${name}` : 'Price history is unavailable right now'}
        action={isFinal(failure) ? undefined : action}
      >
        {failure.sentence}
      </Message>
    );
  }
  return bars.length > 0 ? (
    <Message title="These bars are all outside of the regular session">Switch on extended hours.</Message>
  ) : (
    <Message title={`No trades in ${name} in this time`}>Choose a longer timeframe.</Message>
  );
}
