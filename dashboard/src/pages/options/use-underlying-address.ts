import { useEffect, useRef, useState } from 'react';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { parseSymbol, readSymbol, symbolForms } from '../../../../src/protocol/symbol.ts';
import { go } from '../../hooks/use-page.ts';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { underlyingOf } from '../../lib/contracts.ts';
import { meantBy } from '../../lib/symbols.ts';

/** What an address of a chain names: an underlying; nothing yet, while it is looked up; or no symbol of this market. */
export type UnderlyingAddress =
  | { readonly kind: 'underlying'; readonly symbol: string }
  | { readonly kind: 'sought' }
  | { readonly kind: 'unknown' };

/** What is to be looked up: of a contract its root, without the digit of an adjusted series. */
function readAddress(text: string, search: string) {
  const parsed = parseSymbol(readSymbol(text) ?? '');
  if (parsed?.kind !== 'option')
    return { name: text, expiry: new URLSearchParams(search).get('expiry') ?? undefined };
  return { name: underlyingOf(parsed), expiry: parsed.expiry };
}

const UNKNOWN: UnderlyingAddress = { kind: 'unknown' };

/**
 * The underlying of the address. Another spelling of it is replaced by the symbol, and a contract by its underlying and
 * its expiry.
 */
export function useUnderlyingAddress(text: string | undefined, search: string): UnderlyingAddress | null {
  const { api } = useDesk();
  const [unknown, setUnknown] = useState<string | null>(null);
  /** The symbol that a look-up has led to. */
  const settled = useRef<string | null>(null);
  const { name, expiry } = readAddress(text ?? '', search);

  useEffect(() => {
    if (text === undefined || text === settled.current) return;
    const [closest] = symbolForms(name);
    if (closest === undefined) return setUnknown(text);
    let current = true;
    const settle = (symbol: string) => {
      settled.current = symbol;
      if (symbol !== text) go(pathTo.chain(symbol, expiry), { replace: true });
    };
    api.symbols(name).then(
      (found) => {
        if (!current) return;
        const meant = meantBy(name, found);
        if (meant) settle(meant.symbol);
        else setUnknown(text);
      },
      // Without an answer the closest form stands: the chain says what it lacks.
      () => current && settle(closest),
    );
    return () => {
      current = false;
    };
  }, [api, text, name, expiry]);

  if (text === undefined) return null;
  if (unknown === text) return UNKNOWN;
  // A stock's symbol as it is written needs no wait for its look-up.
  return parseSymbol(text)?.kind === 'stock' ? { kind: 'underlying', symbol: text } : { kind: 'sought' };
}
