import type { Journal } from '../../src/domain/journal/journal.ts';

/**
 * The sweep of the journal, which finds what no notice has shown. Switched off it finds nothing: what arrives then
 * was brought by a notice, however slow the machine is.
 */
export interface SweepSwitch {
  /** For `overrides.wrap.journal`. */
  readonly wrap: (journal: Journal) => Journal;
  on(): void;
  off(): void;
}

/** It begins switched off. */
export function createSweepSwitch(): SweepSwitch {
  let isOn = false;
  return {
    wrap: (journal) => ({
      ...journal,
      heads: async (userIds) => (isOn ? journal.heads(userIds) : new Map()),
    }),
    on() {
      isOn = true;
    },
    off() {
      isOn = false;
    },
  };
}
