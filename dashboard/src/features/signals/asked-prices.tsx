import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { MarketQuotePayload } from '../../../../src/protocol/market.ts';
import { usePresent } from '../../hooks/use-present.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { every } from '../../lib/timers.ts';

/** One question at a time: a burst of signals asks no faster, and no question follows a signal at once. */
const QUESTION_INTERVAL_MS = 1_000;
/** A price that is asked for is renewed after so long. */
const RENEW_MS = 15_000;
/** As many as a screen shows, and less than are renewed in time. Older signals have no price until they are traded. */
const MAX_ASKED = 12;

type Prices = Readonly<Record<string, MarketQuotePayload>>;
const AskedPrices = createContext<Prices>({});

/**
 * Asks for the prices of these symbols one after another, and again after a while. Nothing watches them for it: what is
 * watched shows in off-exchange sums and counts, and would tell others the symbol of a premium signal the moment it comes.
 */
function useAsked(symbols: readonly string[]): Prices {
  const { api, timers } = useDesk();
  const [prices, setPrices] = useState<Prices>({});
  const wanted = useRef<readonly string[]>([]);
  useEffect(() => {
    wanted.current = symbols.slice(0, MAX_ASKED);
  }, [symbols]);
  const isAsking = symbols.length > 0;
  useEffect(() => {
    if (!isAsking) return;
    const askedAt = new Map<string, number>();
    let current = true;
    const ask = () => {
      const now = timers.now();
      const next = wanted.current.find((symbol) => !(now - (askedAt.get(symbol) ?? 0) < RENEW_MS));
      if (next === undefined) return;
      askedAt.set(next, now);
      api.marketQuote(next).then(
        (quote) => current && setPrices((before) => ({ ...before, [next]: quote })),
        // It stays as it is, with its time; without one a dash says so.
        () => {},
      );
    };
    const cancel = every(timers, QUESTION_INTERVAL_MS, ask);
    return () => {
      current = false;
      cancel();
    };
  }, [api, timers, isAsking]);
  return prices;
}

export function AskedPricesProvider({
  symbols,
  children,
}: {
  symbols: readonly string[];
  children: ReactNode;
}) {
  return <AskedPrices value={useAsked(symbols)}>{children}</AskedPrices>;
}

/** The newest of a symbol's price that is watched, or was asked for. */
export function usePrice(symbol: string) {
  const { present } = usePresent(symbol);
  const asked = useContext(AskedPrices)[symbol];
  return present ?? asked;
}
