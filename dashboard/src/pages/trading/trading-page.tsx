import { useEffect } from 'react';
import { flushSync } from 'react-dom';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { SkipLink } from '../../components/skip-links.tsx';
import { TradingStoresProvider, useTradingStores } from '../../hooks/trading-stores.tsx';
import { go } from '../../hooks/use-page.ts';
import type { PageProps } from '../page.ts';
import { NoStock } from './no-stock.tsx';
import { Panels } from './panels.tsx';
import { PhoneTabs } from './phone-tabs.tsx';
import { useSymbolAddress } from './use-symbol-address.ts';

const PHONE = '(max-width: 767px)';

function TradingDesk({ params, theme, loadChart, shown }: PageProps) {
  const { view } = useTradingStores();
  const unknown = useSymbolAddress(params.symbol, shown);
  const inSight = shown && unknown === null;

  useEffect(
    () =>
      view.subscribe((state, before) => {
        // On wider screens all views are in sight, and the reader has gone nowhere.
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
      {inSight ? <SkipLink label="Skip to order" onSkip={skipToOrder} /> : null}
      {shown && unknown !== null ? <NoStock text={unknown} /> : null}
      <Panels theme={theme} loadChart={loadChart} hidden={!inSight} />
      {inSight ? <PhoneTabs /> : null}
    </>
  );
}

/** The trading desk, with the symbol of the address or the first of the watchlist. */
export function TradingPage(props: PageProps) {
  return (
    <TradingStoresProvider onChoose={(symbol) => go(pathTo.symbol(symbol))}>
      <TradingDesk {...props} />
    </TradingStoresProvider>
  );
}
