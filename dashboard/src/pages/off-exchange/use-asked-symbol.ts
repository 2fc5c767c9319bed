import { useEffect, useState } from 'react';
import { readSymbol } from '../../../../src/protocol/symbol.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { meantBy } from '../../lib/symbols.ts';

/** The symbol that the text of an address means; null while another spelling (`BRK-B`) is looked up, and where it is none. */
export function useAskedSymbol(text: string | null): string | null {
  const { api } = useDesk();
  const [looked, setLooked] = useState<{ readonly text: string; readonly symbol: string | null } | null>(
    null,
  );
  const written = text === null ? null : readSymbol(text);

  useEffect(() => {
    if (text === null || written !== null) return;
    let current = true;
    const settle = (symbol: string | null) => current && setLooked({ text, symbol });
    api.symbols(text).then(
      (found) => settle(meantBy(text, found)?.symbol ?? null),
      () => settle(null),
    );
    return () => {
      current = false;
    };
  }, [api, text, written]);

  return written ?? (looked?.text === text ? looked.symbol : null);
}
