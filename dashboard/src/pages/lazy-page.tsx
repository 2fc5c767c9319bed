import type { ComponentType } from 'react';
import { Message } from '../components/message.tsx';
import { useLoaded } from '../hooks/use-loaded.ts';
import type { PageProps } from './page.ts';

export interface LazyPageProps extends PageProps {
  readonly load: () => Promise<ComponentType<PageProps>>;
}

/** A page whose code comes when it is opened. */
export function LazyPage({ load, ...props }: LazyPageProps) {
  const { part: Page, failed, retry } = useLoaded(load);
  if (Page) return <Page {...props} />;
  return failed ? (
    <Message tone="problem" title="The page did not load" action={{ label: 'Try again', run: retry }}>
      After an update of the service, reload the window.
    </Message>
  ) : (
    <p role="status" className="px-1 text-muted">
      Loading…
    </p>
  );
}
