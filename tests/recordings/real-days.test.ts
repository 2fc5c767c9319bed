/** Five recorded days of four symbols, all in one quote book. */
import { LEAN_DAYS, LEAN_SYMBOLS } from '../../rig/recordings/lean-days.ts';
import { requireLongRecordings } from '../../rig/recordings/places.ts';
import { testRecordedDays } from '../support/recorded-days/day-tests.ts';

testRecordedDays({ root: requireLongRecordings(), days: LEAN_DAYS, symbols: LEAN_SYMBOLS });
