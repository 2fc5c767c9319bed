import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useDesk } from '../../hooks/websocket-context.tsx';
import { createChainStore } from '../../stores/chain.ts';

export interface ChainAddress {
  readonly underlying: string;
  /** The expiry of the address, if it names one. */
  readonly expiry: string | undefined;
  readonly onExpiry: (expiry: string) => void;
}

/** The chain store of one underlying, running while mounted. */
export function useChain({ underlying, expiry, onExpiry }: ChainAddress) {
  const { api, timers, connection } = useDesk();
  const [store] = useState(() => createChainStore({ api, timers, underlying, expiry }));
  useEffect(() => store.start(), [store]);
  useEffect(() => connection.onConnect((again) => (again ? store.reload() : undefined)), [connection, store]);
  useEffect(() => {
    if (expiry !== undefined) store.choose(expiry);
  }, [store, expiry]);
  const state = useStore(store);
  const { expirations, expiry: shown } = state;
  /** An expiry of the address that is not listed, in whose place the nearest is shown. */
  const [unlisted, setUnlisted] = useState<string | null>(null);
  const isUnlisted = expirations?.some((one) => one.expiry === expiry) === false;
  useEffect(() => {
    if (expiry === undefined || shown === null || shown === expiry || !isUnlisted) return;
    setUnlisted(expiry);
    onExpiry(shown);
  }, [expiry, shown, isUnlisted, onExpiry]);
  return {
    state,
    unlisted,
    reload: store.reload,
    choose(chosen: string) {
      setUnlisted(null);
      store.choose(chosen);
      onExpiry(chosen);
    },
  };
}
