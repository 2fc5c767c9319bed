import { type ComponentType, useEffect, useRef, useState } from 'react';
import { Message } from '../../components/message.tsx';

export type LoadMonitorPage = () => Promise<ComponentType>;

/** Members never load it. */
const loadMonitorPage: LoadMonitorPage = async () =>
  (await import('../../features/monitor/monitor-page.tsx')).MonitorPage;

/** The Monitor page with its heading; its code comes when it is opened. */
export function Monitor({ load = loadMonitorPage }: { load?: LoadMonitorPage }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [loaded, setLoaded] = useState<{ Page: ComponentType } | null>(null);
  const [failed, setFailed] = useState(false);

  // Who came by keyboard goes on from here.
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    if (failed) return;
    load().then(
      (Page) => setLoaded({ Page }),
      () => setFailed(true),
    );
  }, [load, failed]);

  return (
    <div className="mx-auto flex max-w-[120rem] flex-col gap-3 p-2 sm:p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-1">
        <h2 ref={heading} tabIndex={-1} className="font-semibold text-lg outline-none">
          Monitor
        </h2>
        <a href="#trading" className="ml-auto font-medium text-accent underline underline-offset-2">
          Back to trading
        </a>
      </div>
      {failed ? (
        <Message
          tone="problem"
          title="The page could not be loaded"
          action={{ label: 'Try again', run: () => setFailed(false) }}
        >
          After an update of the service, reload the window.
        </Message>
      ) : loaded ? (
        <loaded.Page />
      ) : (
        <p role="status" className="px-1 text-muted">
          Loading…
        </p>
      )}
    </div>
  );
}
