/** Off-exchange prints of five recorded days of four symbols, all in one object. */
import { LEAN_DAYS, LEAN_SYMBOLS } from '../../rig/recordings/lean-days.ts';
import { requireLongRecordings } from '../../rig/recordings/places.ts';
import { testRecordedPrints } from '../support/recorded-days/print-tests.ts';

testRecordedPrints({ root: requireLongRecordings(), days: LEAN_DAYS, symbols: LEAN_SYMBOLS });
