import type { Bus } from '../../domain/bus/bus.ts';
import type { Demand } from '../../domain/market/demand.ts';
import type { QuoteBoard } from '../../domain/market/quote-board.ts';
import type { Trading } from '../../domain/trading/trading.ts';
import type { FeatureFactory } from '../feature.ts';
import { onceATurn } from './once-a-turn.ts';
import { createPortfolioViews } from './portfolio-views.ts';

export interface PortfolioParts {
  readonly bus: Bus;
  readonly board: Pick<QuoteBoard, 'onChange'>;
  readonly demand: Pick<Demand, 'set'>;
  readonly trading: Pick<Trading, 'holdings' | 'mark'>;
}

/** The user's portfolio, marked to the market. */
export const portfolioFeature =
  ({ bus, board, demand, trading }: PortfolioParts): FeatureFactory =>
  ({ lane, sweep, clock, log }) => {
    const heldDemand = onceATurn(() => demand.set('portfolios', views.symbols()));
    const views = createPortfolioViews({
      bus,
      clock,
      log,
      lane,
      read: trading.holdings,
      mark: trading.mark,
      onSymbols: heldDemand.request,
    });

    return {
      left: views.unsubscribe,
      tick: views.tick,
      start() {
        const ends = [
          views.start(),
          heldDemand.stop,
          board.onChange(views.quotesChanged),
          sweep.onHeads((heads) => {
            for (const [userId, { holdings }] of heads) views.holdingsAre(userId, holdings);
          }),
        ];
        return () => {
          for (const end of ends) end();
        };
      },
      handlers: {
        'subscribe:portfolio': (peer) => ({
          ack: { type: 'portfolio', timestamp: new Date(clock.now()).toISOString() },
          after: () => views.subscribe(peer),
        }),

        'unsubscribe:portfolio'(peer) {
          views.unsubscribe(peer);
          return { ack: { type: 'portfolio' } };
        },
      },
    };
  };
