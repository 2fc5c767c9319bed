import { Message } from '../../components/message.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { calendarDay } from '../../lib/format.ts';
import { type ChainProblem, type ChainState, isPassing } from '../../stores/chain.ts';

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

/** What the panel says while there is no chain to show. */
export function NoChain({
  state,
  onRetry,
  underlying,
}: {
  state: ChainState;
  onRetry: () => void;
  underlying: string;
}) {
  const { expirations, expiry, chain, problem } = state;
  if (chain === null && problem !== null)
    return <Absence problem={problem} underlying={underlying} onRetry={onRetry} />;
  if (expirations?.length === 0)
    return <Message title={`${underlying} has no listed options`}>Choose another underlying above.</Message>;
  if (chain !== null && expiry !== null)
    return <Message title={`No contracts expire on ${calendarDay(expiry)}`}>Choose another expiry.</Message>;
  return <SkeletonRows rows={14} label="Loading the option chain…" />;
}
