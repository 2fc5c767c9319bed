import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../components/button.tsx';
import { WarningIcon } from '../../components/icons.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { asSentence } from '../../lib/words.ts';
import { look } from './connection-badge.tsx';

function Countdown({ until }: { until: number }) {
  const now = useNow(1_000);
  const seconds = Math.max(0, Math.ceil((until - now) / 1_000));
  return <span className="text-muted">{seconds > 0 ? `Next try in ${seconds} s.` : 'Trying now.'}</span>;
}

function Line({ children }: { children: ReactNode }) {
  return (
    <div className="border-warn border-b bg-warn-soft">
      <div className="mx-auto flex min-h-9 max-w-[120rem] items-center gap-x-2 px-3 py-1 sm:px-4">
        <WarningIcon className="size-4 text-warn" />
        {children}
      </div>
    </div>
  );
}

/** The line under the header while there is no live connection, or one that only a newer page understands. */
export function ConnectionNotice() {
  const { connection } = useDesk();
  const state = useStore(connection.state);
  if (state.outdated) {
    return (
      <Line>
        <p role="status">A new version is ready: reload the page.</p>
        <Button
          kind="quiet"
          className="ml-auto min-h-7 shrink-0 underline"
          onClick={() => window.location.reload()}
        >
          Reload
        </Button>
      </Line>
    );
  }
  if (state.status === 'replaced') {
    return (
      <Line>
        <p role="status">{look(state).sentence}</p>
        <Button kind="quiet" className="ml-auto min-h-7 shrink-0 underline" onClick={connection.start}>
          Connect here
        </Button>
      </Line>
    );
  }
  const failing = state.status === 'connecting' && state.failures > 0;
  if (state.status !== 'reconnecting' && state.status !== 'polling' && !failing) return null;
  const { sentence } = look(state);
  const message = state.message && asSentence(state.message);
  const reason = message && message !== sentence ? `${message} ` : '';
  return (
    <Line>
      <p>
        {reason}
        {sentence}{' '}
        {state.retryAt === null ? (
          <span className="text-muted">Trying now.</span>
        ) : (
          <Countdown until={state.retryAt} />
        )}
      </p>
      <Button
        kind="quiet"
        className="ml-auto min-h-7 shrink-0 underline"
        onClick={connection.wake}
        aria-disabled={state.retryAt === null || state.mustWait}
      >
        Try now
      </Button>
    </Line>
  );
}
