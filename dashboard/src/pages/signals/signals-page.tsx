import { LiveSignals } from '../../features/signals/live-signals.tsx';
import type { PageProps } from '../page.ts';

/** Signals of all sources, for a reader of any tier. */
export function SignalsPage({ user }: PageProps) {
  return <LiveSignals admin={user.role === 'admin'} userId={user.id} />;
}
