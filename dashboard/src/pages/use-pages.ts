import { useEffect, useRef, useState } from 'react';
import { pathTo } from '../../../src/protocol/pages.ts';
import type { Address } from '../hooks/use-page.ts';
import type { Route } from './page.ts';
import { ROUTES, type RouteName } from './routes.ts';

/** An address of a page that is mounted. */
export interface Mounted {
  readonly name: RouteName;
  readonly route: Route;
  readonly path: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

function mountedAt({ page, path, params }: Address): Mounted | null {
  return page === null || page === 'login' ? null : { name: page, route: ROUTES[page], path, params };
}

/** The page at the address, and the pages that stay mounted behind it. */
export function usePages(address: Address): {
  readonly shown: Mounted | null;
  readonly mounted: readonly Mounted[];
  readonly tradingPath: string;
} {
  const shown = mountedAt(address);
  const [left, setLeft] = useState<readonly Mounted[]>([]);
  const others = left.filter(({ route }) => route !== shown?.route);

  useEffect(() => {
    const now = mountedAt(address);
    if (!now?.route.stays) return;
    setLeft((before) =>
      before.some(({ path }) => path === now.path)
        ? before
        : [now, ...before.filter(({ route }) => route !== now.route)],
    );
  }, [address]);

  const trading = [shown, ...others].find((one) => one?.route === ROUTES.trading);
  return {
    shown,
    mounted: shown ? [...others, shown] : others,
    tradingPath: trading?.path ?? pathTo.trading,
  };
}

/** True from the first navigation on; the page that a document opens with leaves the focus where it is. */
export function useArrived(key: unknown, arrived: boolean): boolean {
  const [state, setState] = useState({ key, arrived });
  if (state.key !== key) setState({ key, arrived: true });
  return state.arrived || state.key !== key;
}

/** Shows a new page from its top; back and forward keep the place that the browser remembers. */
export function useScrollToTop(key: unknown, path: string): void {
  const popped = useRef(false);
  useEffect(() => {
    const onPop = () => {
      popped.current = true;
    };
    window.addEventListener('popstate', onPop);
    return () => window.removeEventListener('popstate', onPop);
  }, []);

  const before = useRef(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each path is a step of the history, also within a page
  useEffect(() => {
    if (before.current !== key && !popped.current) window.scrollTo(0, 0);
    before.current = key;
    popped.current = false;
  }, [key, path]);
}
