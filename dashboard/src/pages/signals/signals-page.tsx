import { LiveSignals } from '../../features/signals/live-signals.tsx';

/** Signals of all sources, for a reader of any tier. */
export function SignalsPage() {
  return <LiveSignals />;
}
