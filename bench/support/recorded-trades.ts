import { FIXTURE_DAY, FIXTURE_SYMBOL, LEAN_DAYS, LEAN_SYMBOLS } from '../../rig/recordings/lean-days.ts';
import { FIXTURES, longRecordings } from '../../rig/recordings/places.ts';
import type { ReplayDays } from '../servers/replay.ts';

export interface RecordedTrades extends ReplayDays {
  readonly called: string;
  /** The first round warms up and is not counted. */
  readonly rounds: number;
}

/** The five days of the long recordings; where these are absent, the one day of one symbol in the repository. */
export function recordedTrades(quick: boolean): RecordedTrades {
  const root = longRecordings();
  if (root === null) {
    const [days, symbols] = [[FIXTURE_DAY], [FIXTURE_SYMBOL]];
    // One round takes a tenth of a second.
    return {
      root: FIXTURES,
      days,
      symbols,
      rounds: 21,
      called: 'IBM on 8 October 2013, the recording in the repository',
    };
  }
  const days = quick ? LEAN_DAYS.slice(0, 1) : LEAN_DAYS;
  return {
    root,
    days,
    symbols: LEAN_SYMBOLS,
    rounds: 3,
    called: `${LEAN_SYMBOLS.join(', ')} on ${days.join(', ')}`,
  };
}
