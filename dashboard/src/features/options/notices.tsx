import type { ReactNode } from 'react';
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

function Notice({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex items-center gap-2 border-warn border-b bg-warn-soft px-3 py-1.5 sm:px-4">
      <WarningIcon className="size-4 text-warn" />
      <p>{children}</p>
      {action}
    </div>
  );
}

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

/** Says that prices stand still. Announced once: its text has an age, so only its arrival is. */
function FreezeNotice({ state }: { state: ChainState }) {
  const freshness = useFreshness();
  const market = useLatest('market', SINGLE);
  const pushed = usePushed(state);
  const { feed } = useSharedStores();
  const stopped = useStore(feed, ({ options }) => isStopped(options));
  const tickAt = useStore(feed, ({ optionsTickAt }) => optionsTickAt);
  const freeze = market?.session === 'closed' ? null : freezeOf({ ...pushed, freshness, stopped, tickAt });
  return (
    <>
      <p role="status" className="sr-only">
        {freeze === null ? '' : 'Prices stand still'}
      </p>
      {freeze === null ? null : (
        <Notice>{CAUSES[freeze.cause](age(freeze.ageMs), momentOf(freeze.since, pushed.now))}</Notice>
      )}
    </>
  );
}

/** What is wrong with the chain that is on screen. */
export function ChainNotices({ state, onRetry }: { state: ChainState; onRetry: () => void }) {
  const { timers } = useDesk();
  const { chain, problem, receivedAt } = state;
  if (chain === null) return null;
  return (
    <>
      <FreezeNotice state={state} />
      {problem === null ? null : (
        <Notice
          action={
            <Button kind="quiet" className="ml-auto min-h-7 shrink-0 underline" onClick={onRetry}>
              Try again
            </Button>
          }
        >
          Contracts out of sight are as of {momentOf(receivedAt, timers.now())}. {problem.message}
        </Notice>
      )}
      {chain.partial ? <Notice>The source sent a part of the chain only: strikes are missing.</Notice> : null}
    </>
  );
}
