/**
 * Turns recorded market days into replay files: one upstream event a line, in time order.
 *
 *   node rig/recordings/replay-file.ts ibm > day.ndjson                 trades and the NBBO of IBM on 8 October 2013
 *   node rig/recordings/replay-file.ts goog > day.ndjson                GOOG and its contracts on 24 December 2015
 *   node rig/recordings/replay-file.ts aapl > day.ndjson                AAPL and its contracts on 6 June 2014: trades only
 *   node rig/recordings/replay-file.ts 20131007 20131008 > days.ndjson  all trades of SPY, BAC, IBM and AIG
 *   node rig/recordings/replay-file.ts 2019-02-12 > bars.ndjson         minute bars of 23 symbols
 *
 * then: FEED=replay REPLAY_FILE=day.ndjson REPLAY_SPEED=10 npm start
 *
 * Off-exchange trades of 2013 carry facility 202: which one reported was not recorded.
 *
 * `ibm`, `goog` and `aapl` read the repository. The others need the long recordings: CONTRIBUTING.md names their place.
 */
import { FIXTURE_DAY, FIXTURE_SYMBOL, leanTradeLines } from './lean-days.ts';
import { leanOptionLines } from './lean-options.ts';
import { minute2019Lines } from './minute-2019.ts';
import { FIXTURES, requireLongRecordings } from './places.ts';
import { writeLines } from './write-lines.ts';

function linesOf(day: string): Generator<string> {
  if (day === FIXTURE_SYMBOL.toLowerCase()) {
    return leanTradeLines(FIXTURES, FIXTURE_DAY, { symbols: [FIXTURE_SYMBOL], quotes: true });
  }
  const underlying = day.toUpperCase();
  if (underlying === 'GOOG' || underlying === 'AAPL') return leanOptionLines(FIXTURES, underlying);
  const root = requireLongRecordings();
  return day.includes('-') ? minute2019Lines(root, day) : leanTradeLines(root, day);
}

const days = process.argv.slice(2);
if (days.length === 0) {
  console.error('Which day? Usage: node rig/recordings/replay-file.ts ibm > day.ndjson');
  process.exit(1);
}
try {
  for (const day of days) writeLines('/dev/stdout', linesOf(day));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
