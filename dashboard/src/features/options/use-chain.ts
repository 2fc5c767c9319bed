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
  /** An expiry of the address that is not listed, and the one that is shown in its place. */
  const [replaced, setReplaced] = useState<{ readonly unlisted: string; readonly shown: string } | null>(
    null,
  );
  const isUnlisted = expirations?.some((one) => one.expiry === expiry) === false;
  useEffect(() => {
    if (expiry === undefined || shown === null || shown === expiry || !isUnlisted) return;
    setReplaced({ unlisted: expiry, shown });
    onExpiry(shown);
  }, [expiry, shown, isUnlisted, onExpiry]);
  return {
    state,
    /** Null once another expiry is shown. */
    unlisted: replaced?.shown === shown ? replaced.unlisted : null,
    reload: store.reload,
    choose(chosen: string) {
      setReplaced(null);
      store.choose(chosen);
      onExpiry(chosen);
    },
  };
}
