import { ConnectionStatus } from '../../features/test/connection-status.tsx';
import { FetchQuote } from '../../features/test/fetch-quote.tsx';
import { FrameLogPanel } from '../../features/test/frame-log-panel.tsx';
import { LiveCards } from '../../features/test/live-cards.tsx';

/** For developers: whether the connection, the REST API and live quotes work, and what is on the wire. */
export function TestPage() {
  return (
    <>
      <p className="px-1">
        <a href="/docs/api" className="font-medium text-accent underline underline-offset-2">
          API reference
        </a>
      </p>
      <div className="grid gap-3 md:grid-cols-2">
        <ConnectionStatus />
        <FetchQuote />
      </div>
      <LiveCards />
      <FrameLogPanel />
    </>
  );
}
