import { useEffect, useState } from 'react';
import { useSearch } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { useStore } from 'zustand';
import { pathTo } from '../../../../src/protocol/pages.ts';
import { parseSymbol } from '../../../../src/protocol/symbol.ts';
import { Message } from '../../components/message.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { SymbolSearch } from '../../components/symbol-search.tsx';
import { LiveChain } from '../../features/options/live-chain.tsx';
import { go } from '../../hooks/use-page.ts';
import { useWatchlist } from '../../hooks/use-watchlist.ts';
import { underlyingOf } from '../../lib/contracts.ts';
import { createChainChoices } from '../../stores/chain-choices.ts';
import type { PageProps } from '../page.ts';
import { type UnderlyingAddress, useUnderlyingAddress } from './use-underlying-address.ts';

/** Leads from `/options` to the chain that was open last, or of the first symbol of the watchlist. */
function FirstChain({ last }: { last: string | null }) {
  const watchlist = useWatchlist();
  const { status, symbols } = useStore(watchlist);
  const underlying = last ?? symbols[0];
  useEffect(() => {
    if (underlying !== undefined) go(pathTo.chain(underlying), { replace: true });
  }, [underlying]);
  if (underlying !== undefined || status === 'loading')
    return <SkeletonRows rows={14} label="Loading the option chain…" />;
  return <Message title="No underlying chosen">Search for a stock above to see its option chain.</Message>;
}

interface StartProps {
  readonly address: UnderlyingAddress | null;
  /** Of the address. */
  readonly text: string;
  /** The underlying that was open last. */
  readonly last: string | null;
}

/** What stands in the place of a chain while there is no underlying. */
function Start({ address, text, last }: StartProps) {
  if (address === null) return <FirstChain last={last} />;
  if (address.kind === 'unknown')
    return (
      <Message tone="problem" title={`This market has no symbol “${text}”`}>
        Check its spelling, or choose an underlying above.
      </Message>
    );
  return <SkeletonRows rows={14} label="Looking up the underlying…" />;
}

/** The chain of a stock, or the one that a contract is of. */
function chainOf(symbol: string): string {
  const parsed = parseSymbol(symbol);
  return parsed?.kind === 'option' ? pathTo.chain(underlyingOf(parsed), parsed.expiry) : pathTo.chain(symbol);
}

/** The option chain of an underlying. */
export function OptionsPage({ params }: PageProps) {
  const [choices] = useState(createChainChoices);
  const last = useStore(choices, (state) => state.underlying);
  const search = useSearch();
  const address = useUnderlyingAddress(params.underlying, search);
  const underlying = address?.kind === 'underlying' ? address.symbol : null;
  const expiry = new URLSearchParams(search).get('expiry') ?? undefined;

  return (
    <div className="grid grid-cols-1 items-center gap-3 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <div className="max-w-sm">
        <SymbolSearch
          label="Underlying"
          placeholder="Underlying, such as SPY"
          value={underlying ?? params.underlying ?? ''}
          onSelect={(symbol) => go(chainOf(symbol))}
        />
      </div>
      {underlying === null ? (
        <Panel id="chain" title="Option chain" className="col-span-full">
          <Start address={address} text={params.underlying ?? ''} last={last} />
        </Panel>
      ) : (
        <LiveChain
          key={underlying}
          underlying={underlying}
          expiry={expiry}
          onExpiry={(chosen) => navigate(pathTo.chain(underlying, chosen), { replace: true })}
          choices={choices}
        />
      )}
    </div>
  );
}
