import type { OptionState } from '../../../src/protocol/options.ts';
import { textFor } from './words.ts';

const SOURCES: Record<OptionState, string> = {
  live: 'Live',
  delayed: 'Delayed',
  simulated: 'Simulated',
  replay: 'Replayed',
  stale: 'Stale',
  closed: 'At the close',
  missing: 'No data yet',
};

/** Where the values of a symbol come from, or why there are none. */
export const sourceWord = (state: OptionState): string => textFor(SOURCES, state);
