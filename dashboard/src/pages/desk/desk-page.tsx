import { useEffect } from 'react';
import { flushSync } from 'react-dom';
import { SkipLink } from '../../components/skip-links.tsx';
import type { LoadPriceChart } from '../../features/chart/use-price-chart.ts';
import { TradingStoresProvider, useTradingStores } from '../../hooks/trading-stores.tsx';
import type { ThemeStore } from '../../stores/theme.ts';
import { Panels } from './panels.tsx';
import { PhoneTabs } from './phone-tabs.tsx';

const PHONE = '(max-width: 767px)';

export interface DeskPageProps {
  readonly theme: ThemeStore;
  readonly loadChart?: LoadPriceChart;
  /** False behind another page. */
  readonly shown: boolean;
}

function TradingDesk({ theme, loadChart, shown }: DeskPageProps) {
  const { view } = useTradingStores();

  useEffect(
    () =>
      view.subscribe((state, before) => {
        // On wider screens all views are in sight and nobody went anywhere.
        if (state.view !== before.view && window.matchMedia(PHONE).matches) window.scrollTo(0, 0);
      }),
    [view],
  );

  function skipToOrder() {
    // On a phone the ticket can take the focus only once its view is shown.
    flushSync(() => view.show('trade'));
    document.querySelector<HTMLElement>('#ticket input')?.focus();
  }

  return (
    <>
      {shown ? <SkipLink label="Skip to order" onSkip={skipToOrder} /> : null}
      <Panels theme={theme} loadChart={loadChart} hidden={!shown} />
      {shown ? <PhoneTabs /> : null}
    </>
  );
}

/** The trading desk. Behind another page it stays mounted, so that coming back costs nothing. */
export function DeskPage(props: DeskPageProps) {
  return (
    <TradingStoresProvider>
      <TradingDesk {...props} />
    </TradingStoresProvider>
  );
}
