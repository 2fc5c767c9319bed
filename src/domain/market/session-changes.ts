import type { Cancel, Clock } from '../../lib/clock.ts';
import type { MarketStatusPayload } from '../../protocol/market.ts';

/** A change of the session is reported at most this late. */
const LOOK_MS = 1_000;

/** Calls `onChange` when the market enters another session. Every replica reads the calendar for itself. */
export function followMarketSessions(parts: {
  readonly status: () => MarketStatusPayload;
  readonly clock: Clock;
  readonly onChange: (status: MarketStatusPayload) => void;
}): Cancel {
  let { session } = parts.status();
  return parts.clock.every(LOOK_MS, () => {
    const status = parts.status();
    if (status.session === session) return;
    session = status.session;
    parts.onChange(status);
  });
}
