import { type ComponentType, useEffect, useState } from 'react';
import { Message } from '../components/message.tsx';
import type { PageProps } from './page.ts';

export interface LazyPageProps extends PageProps {
  readonly load: () => Promise<ComponentType<PageProps>>;
}

/** A page whose code comes when it is opened. */
export function LazyPage({ load, ...props }: LazyPageProps) {
  const [loaded, setLoaded] = useState<{ Page: ComponentType<PageProps> } | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (failed) return;
    load().then(
      (Page) => setLoaded({ Page }),
      () => setFailed(true),
    );
  }, [load, failed]);

  if (loaded) return <loaded.Page {...props} />;
  return failed ? (
    <Message
      tone="problem"
      title="The page did not load"
      action={{ label: 'Try again', run: () => setFailed(false) }}
    >
      After an update of the service, reload the window.
    </Message>
  ) : (
    <p role="status" className="px-1 text-muted">
      Loading…
    </p>
  );
}
