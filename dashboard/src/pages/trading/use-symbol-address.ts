import { useEffect, useRef, useState } from 'react';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { isContract, readSymbol, symbolForms } from '../../../../src/protocol/symbol.ts';
import { useSharedStores } from '../../hooks/shared-stores.tsx';
import { useTradingStores } from '../../hooks/trading-stores.tsx';
import { go, takeReveal } from '../../hooks/use-page.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { meantBy } from '../../lib/symbols.ts';

/**
 * Selects the symbol of the address, without one the first of the watchlist. Answers with the text of an address that
 * is no stock of this market; null where it is one.
 */
export function useSymbolAddress(text: string | undefined, shown: boolean): string | null {
  const { api } = useDesk();
  const { view } = useTradingStores();
  const { watchlist } = useSharedStores();
  const [unknown, setUnknown] = useState<string | null>(null);
  /** The text that was looked up last; null before the first. Coming back to it is no new choice. */
  const settled = useRef<{ readonly text: string | undefined } | null>(null);

  useEffect(() => {
    if (!shown || (settled.current && settled.current.text === text)) return;
    const settle = (symbol: string | null) => {
      settled.current = { text };
      if (symbol !== view.getState().symbol) view.select(symbol);
    };
    setUnknown(null);
    if (text === undefined) return settle(watchlist.getState().symbols[0] ?? null);
    const contract = isContract(text) ? readSymbol(text) : null;
    if (contract !== null) {
      // The directory has stocks only; the chart says where there is no such contract.
      settle(contract);
      view.show('trade');
      if (takeReveal()) view.reveal();
      return go(pathTo.symbol(contract), { replace: true });
    }
    if (symbolForms(text).length === 0) {
      setUnknown(text);
      return settle(null);
    }
    // An answer that is still on its way is not awaited any more: the text before it is no longer on the desk either.
    settled.current = null;
    const { symbol, chosen } = view.getState();
    // One that was chosen on the desk is there already; a list may have a symbol that this market lacks.
    if (!chosen || symbol !== text) {
      view.select(readSymbol(text));
      // On a phone only this view has the chart.
      view.show('trade');
      if (takeReveal()) view.reveal();
    }
    let current = true;
    api.symbols(text).then(
      (found) => {
        if (!current) return;
        const meant = meantBy(text, found)?.symbol ?? null;
        settle(meant);
        if (meant === null) setUnknown(text);
        else if (meant !== text) {
          settled.current = { text: meant };
          go(pathTo.symbol(meant), { replace: true });
        }
      },
      // Without an answer the symbol stands: the panels say what they lack.
      () => current && settle(readSymbol(text)),
    );
    return () => {
      current = false;
    };
  }, [text, shown, api, view, watchlist]);

  return unknown === text ? unknown : null;
}
