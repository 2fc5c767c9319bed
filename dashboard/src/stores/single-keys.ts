import { createStore, type StoreApi } from 'zustand/vanilla';
import { keep, readKept } from '../lib/kept.ts';

const STORAGE_KEY = 'tradecast.single-keys';

export interface SingleKeysStore extends StoreApi<{ readonly on: boolean }> {
  switch(on: boolean): void;
}

/**
 * Whether one key alone, as `/` or a digit, does something from anywhere on the page. Who speaks to the browser, or
 * hits keys by accident, switches it off for the whole dashboard (WCAG 2.2, 2.1.4); combinations with Ctrl stay.
 */
export function createSingleKeysStore(): SingleKeysStore {
  const store = createStore<{ readonly on: boolean }>(() => ({ on: readKept(STORAGE_KEY) !== 'off' }));
  return {
    ...store,
    switch(on) {
      keep(STORAGE_KEY, on ? 'on' : 'off');
      store.setState({ on });
    },
  };
}
