import { pathTo } from '../../../../src/protocol/pages.ts';
import type { SignalPayload } from '../../../../src/protocol/signals.ts';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { go } from '../../hooks/use-page.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import type { Priced } from '../../lib/price-guard.ts';
import { SINGLE } from '../../stores/keyed.ts';
import { tradeOf } from './figures.ts';

/**
 * Puts a signal into the order ticket and goes there; it sends nothing. Answers with why the signal cannot be traded, or
 * null where the ticket has it.
 */
export function useTrade(
  guardPercent: number,
): (signal: SignalPayload, present: Priced | undefined) => string | null {
  const { states, timers } = useDesk();
  const { proposal } = useSharedStores();
  return (signal, present) => {
    const positions = states.portfolio.getState().bySubject[SINGLE]?.positions ?? [];
    const trade = tradeOf(signal, {
      guardPercent,
      now: timers.now(),
      present,
      held: positions.find(({ symbol }) => symbol === signal.symbol)?.quantity ?? 0,
    });
    if ('reason' in trade) return trade.reason;
    proposal.propose(trade);
    go(pathTo.symbol(trade.symbol));
    return null;
  };
}
