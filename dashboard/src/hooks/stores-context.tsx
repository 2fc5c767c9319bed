import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

export interface StoresProviderProps<Stores> {
  readonly create: () => Stores;
  readonly children: ReactNode;
}

/**
 * A context for stores that are made with the component that provides them, and run while it is mounted. `provider` is
 * the component that a developer is missing.
 */
export function createStoresContext<Stores extends { start(): () => void }>(provider: string) {
  const Context = createContext<Stores | null>(null);

  function Provider({ create, children }: StoresProviderProps<Stores>) {
    const [stores] = useState(create);
    useEffect(() => stores.start(), [stores]);
    return <Context value={stores}>{children}</Context>;
  }

  const useStoresIfAny = (): Stores | null => useContext(Context);

  function useStores(): Stores {
    const stores = useStoresIfAny();
    if (!stores) throw new Error(`${provider} is missing above this component`);
    return stores;
  }

  return { Provider, useStores, useStoresIfAny };
}
