import { useStore } from 'zustand';
import type { OptionPayload, OptionState } from '../../../../src/protocol/options.ts';
import { Button } from '../../components/button.tsx';
import { WarningIcon } from '../../components/icons.tsx';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useFreshness } from '../../hooks/use-freshness.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useLatest } from '../../hooks/use-topic.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { age, momentOf } from '../../lib/format.ts';
import type { ChainState } from '../../stores/chain.ts';
import { type Shown, SINGLE } from '../../stores/keyed.ts';
import { type Freeze, freezeOf } from './freeze.ts';

const FREEZE_CHECK_MS = 1_000;

/** Each by how long prices stand still, and the moment since when. */
const CAUSES: Record<Freeze['cause'], (age: string, since: string) => string> = {
  connection: (age) => `Prices are ${age} old: there is no connection to the server.`,
  source: (_age, since) => `The source of the option prices has stopped. Its last price came at ${since}.`,
  quiet: (age, since) => `No price of this chain has come for ${age}, since ${since}.`,
};

/** What a notice says to the eye, and once to the ear: the sentence has an age or a time, the phrase has none. */
interface Notice {
  readonly sentence: string;
  readonly phrase: string;
}

const PARTIAL: Notice = {
  sentence: 'The source sent a part of the chain only: strikes are missing.',
  phrase: 'Strikes are missing from the chain',
};
const CLOSED = 'The market is closed: these are its last prices.';

/** States of a contract that its source no longer renews, or not now. */
const AT_REST: readonly OptionState[] = ['stale', 'closed', 'missing'];

const latestOf = (pushed: readonly Shown<OptionPayload>[], before: number): number =>
  pushed.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), before);

/** The contracts of the chain that were pushed, before the first all of it, and when the newest of them came. */
function usePushed({ chain, receivedAt }: ChainState) {
  const { states } = useDesk();
  const now = useNow(FREEZE_CHECK_MS);
  const { bySubject } = states.option.getState();
  const all = chain?.contracts ?? [];
  const pushed = all.flatMap(({ contractId }) => bySubject[contractId] ?? []);
  const moving = pushed.filter(({ state }) => !AT_REST.includes(state));
  return {
    now,
    newest: latestOf(pushed, receivedAt),
    movedAt: latestOf(moving, 0),
    contracts: pushed.length > 0 ? pushed : all,
  };
}

/** Why prices stand still, looked at every second; null where they do not. */
function useFreeze(pushed: ReturnType<typeof usePushed>): Notice | null {
  const freshness = useFreshness();
  const market = useLatest('market', SINGLE);
  const { feed } = useSharedStores();
  const stoppedAt = useStore(feed, ({ optionsStoppedAt }) => optionsStoppedAt);
  const tickAt = useStore(feed, ({ optionsTickAt }) => optionsTickAt);
  const facts = { ...pushed, freshness, stoppedAt, tickAt };
  const freeze = market?.session === 'closed' ? null : freezeOf(facts);
  if (freeze === null) return null;
  const sentence = CAUSES[freeze.cause](age(freeze.ageMs), momentOf(freeze.since, pushed.now));
  return { sentence, phrase: 'Prices stand still' };
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
  const old = problem && {
    sentence: `Contracts out of sight are as of ${momentOf(receivedAt, timers.now())}. ${problem.message}`,
    phrase: 'The chain could not be loaded again',
  };
  const notice = freeze ?? old ?? (chain.partial ? PARTIAL : null);
  return (
    <div
      className={`flex min-h-13 items-center gap-2 border-b px-3 sm:min-h-9 sm:px-4 ${notice === null ? 'border-line text-muted' : 'border-warn bg-warn-soft'}`}
    >
      <p role="status" className="sr-only">
        {notice?.phrase ?? ''}
      </p>
      {notice === null ? null : <WarningIcon className="size-4 shrink-0 text-warn" />}
      <p>{notice?.sentence ?? (isClosed ? CLOSED : 'Prices arrive as they should.')}</p>
      {problem === null ? null : (
        <Button kind="quiet" className="ml-auto min-h-7 shrink-0 underline" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
