import { useStore } from 'zustand';
import { ChartPanel } from '../../features/chart/chart-panel.tsx';
import type { LoadPriceChart } from '../../features/chart/use-price-chart.ts';
import { OrderTicket } from '../../features/orders/order-ticket.tsx';
import { OrdersPanel } from '../../features/orders/orders-panel.tsx';
import { LivePortfolio } from '../../features/portfolio/live-portfolio.tsx';
import { TradeNotifications } from '../../features/trades/trade-notifications.tsx';
import { LiveWatchlist } from '../../features/watchlist/live-watchlist.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import type { ThemeStore } from '../../stores/theme.ts';
import type { View } from '../../stores/view.ts';

export interface PanelsProps {
  readonly theme: ThemeStore;
  readonly loadChart?: LoadPriceChart;
  readonly hidden: boolean;
}

/** All panels of the trading desk; they stay mounted behind another page, so that coming back costs nothing. */
export function Panels({ theme, loadChart, hidden }: PanelsProps) {
  const { view } = useTradingStores();
  const current = useStore(view, (state) => state.view);
  const on = (name: View) => (name === current ? '' : 'max-md:hidden');
  return (
    <div
      // In the middle column the chart keeps its height and the orders below it take the rest.
      className={`mx-auto max-w-[120rem] grid-cols-1 items-start gap-3 p-2 sm:p-3 md:grid-cols-2 xl:grid-cols-[23rem_minmax(0,1fr)_21rem] xl:grid-rows-[auto_1fr] ${hidden ? 'hidden' : 'grid'}`}
    >
      <div className={`min-w-0 md:max-xl:order-2 xl:sticky xl:top-17 xl:row-span-2 ${on('watchlist')}`}>
        <LiveWatchlist />
      </div>
      {/* A phone shows the panels of each column by themselves. */}
      <div className="flex min-w-0 flex-col gap-3 max-md:contents md:max-xl:order-1 md:max-xl:col-span-2">
        {/* First of its column: on a laptop the whole chart is in sight without a scroll. */}
        <div className={on('trade')}>
          <ChartPanel theme={theme} load={loadChart} />
        </div>
        <div className={on('portfolio')}>
          <LivePortfolio />
        </div>
      </div>
      <div className="flex min-w-0 flex-col gap-3 max-md:contents md:max-xl:order-3 xl:row-span-2">
        <div className={on('trade')}>
          <OrderTicket />
        </div>
        <div className={on('activity')}>
          <TradeNotifications />
        </div>
      </div>
      <div className={`min-w-0 md:max-xl:order-4 md:max-xl:col-span-2 xl:col-start-2 ${on('trade')}`}>
        <OrdersPanel />
      </div>
    </div>
  );
}
