import { useLatest } from '../../hooks/use-keyed-state.ts';
import { usePortfolio } from '../../hooks/use-portfolio.ts';
import { SINGLE } from '../../stores/keyed.ts';
import type { Circumstances } from './ticket.ts';

/** What the ticket has to go by besides what was typed, for the symbol that it would send. */
export function useCircumstances(symbol: string | null, unsettled: string | null): Circumstances {
  const quote = useLatest('quote', symbol);
  const market = useLatest('market', SINGLE) ?? null;
  const { portfolio } = usePortfolio();
  return {
    unsettled,
    market,
    quote,
    external: portfolio?.source === 'external',
    buyingPower: portfolio?.buyingPower ?? null,
    held: portfolio?.positions.find((position) => position.symbol === symbol)?.quantity ?? 0,
  };
}
