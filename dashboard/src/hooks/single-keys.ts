import { useStore } from 'zustand';
import { createSingleKeysStore } from '../stores/single-keys.ts';

/** One switch for all pages, before and after a sign-in. */
export const singleKeys = createSingleKeysStore();

/** Whether single keys do something. */
export const useSingleKeys = (): boolean => useStore(singleKeys, ({ on }) => on);
