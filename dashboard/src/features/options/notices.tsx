import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { WarningIcon } from '../../components/icons.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useLatest } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { age, momentOf } from '../../lib/format.ts';
import type { ChainState } from '../../stores/chain.ts';
import { isStopped } from '../../stores/feed.ts';
import { SINGLE } from '../../stores/keyed.ts';
import { type Freeze, freezeOf } from './freeze.ts';

const FREEZE_CHECK_MS = 1_000;

/** Each by how long prices stand still, and the moment since when. */
const CAUSES: Record<Freeze['cause'], (age: string, since: string) => string> = {
  connection: (age) => `Prices are ${age} old: there is no connection to the server.`,
  source: (_age, since) => `The source of the option prices has stopped. Its last price came at ${since}.`,
  quiet: (age, since) => `No price of this chain has come for ${age}, since ${since}.`,
};

const CLOSED = 'The market is closed: these are its last prices.';

/** The contracts of the chain that were pushed, before the first all of it, and when the newest of them came. */
function usePushed({ chain, receivedAt }: ChainState) {
  const { states } = useDesk();
  const now = useNow(FREEZE_CHECK_MS);
  const { bySubject } = states.option.getState();
  const all = chain?.contracts ?? [];
  const pushed = all.flatMap(({ contractId }) => bySubject[contractId] ?? []);
  const newest = pushed.reduce((latest, one) => Math.max(latest, one.receivedAt), receivedAt);
  return { now, newest, contracts: pushed.length > 0 ? pushed : all };
}

/** Why prices stand still, looked at every second; null where they do not. */
function useFreeze(pushed: ReturnType<typeof usePushed>): string | null {
  const freshness = useFreshness();
  const market = useLatest('market', SINGLE);
  const { feed } = useSharedStores();
  const stopped = useStore(feed, ({ options }) => isStopped(options));
  const tickAt = useStore(feed, ({ optionsTickAt }) => optionsTickAt);
  const freeze = market?.session === 'closed' ? null : freezeOf({ ...pushed, freshness, stopped, tickAt });
  return freeze && CAUSES[freeze.cause](age(freeze.ageMs), momentOf(freeze.since, pushed.now));
}

/**
 * What is wrong with the chain that is on screen, the gravest first. It has its height when nothing is, too: a table
 * that moves while it is read leads to a click beside the row.
 */
export function ChainNotices({ state, onRetry }: { state: ChainState; onRetry: () => void }) {
  const { timers } = useDesk();
  const pushed = usePushed(state);
  const freeze = useFreeze(pushed);
  const { chain, problem, receivedAt } = state;
  if (chain === null) return null;
  const isClosed = pushed.contracts.every((contract) => contract.state === 'closed');
  const old =
    problem && `Contracts out of sight are as of ${momentOf(receivedAt, timers.now())}. ${problem.message}`;
  const notice =
    freeze ??
    old ??
    (chain.partial ? 'The source sent a part of the chain only: strikes are missing.' : null);
  return (
    <div
      className={`flex min-h-13 items-center gap-2 border-b px-3 sm:min-h-9 sm:px-4 ${notice === null ? 'border-line text-muted' : 'border-warn bg-warn-soft'}`}
    >
      {/* Announced once: the text of a notice has an age, so only its arrival is. */}
      <p role="status" className="sr-only">
        {freeze === null ? '' : 'Prices stand still'}
      </p>
      {notice === null ? null : <WarningIcon className="size-4 shrink-0 text-warn" />}
      <p>{notice ?? (isClosed ? CLOSED : 'Prices arrive as they should.')}</p>
      {problem === null ? null : (
        <Button kind="quiet" className="ml-auto min-h-7 shrink-0 underline" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
