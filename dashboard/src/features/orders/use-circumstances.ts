import { usePortfolioFigures } from '../../hooks/use-portfolio.ts';
import { useLatest } from '../../hooks/use-topic.ts';
import { SINGLE } from '../../stores/keyed.ts';
import type { Circumstances } from './ticket.ts';

/** What the ticket has to go by besides what was typed, for the symbol that it would send. */
export function useCircumstances(symbol: string | null, unsettled: string | null): Circumstances {
  const quote = useLatest('quote', symbol);
  const market = useLatest('market', SINGLE) ?? null;
  const figures = usePortfolioFigures((portfolio) => ({
    external: portfolio?.source === 'external',
    buyingPower: portfolio?.buyingPower ?? null,
    held: portfolio?.positions.find((position) => position.symbol === symbol)?.quantity ?? 0,
  }));
  return { unsettled, market, quote, ...figures };
}
