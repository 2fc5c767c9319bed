import type { HistoryStore } from '../../domain/monitor/history.ts';

/** One process alone keeps its history in its own memory. */
export const createLocalHistory = (): HistoryStore => ({
  load: async () => null,
  save() {},
  onReachable() {},
});
