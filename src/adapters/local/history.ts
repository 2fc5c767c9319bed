import type { HistoryStore } from '../../domain/monitor/history.ts';

/** One process remembers for itself. */
export const createLocalHistory = (): HistoryStore => ({
  load: async () => null,
  save() {},
  onReachable() {},
});
