/** Off-exchange prints of the recorded day of the fixtures. The long recordings have a suite of their own. */
import { FIXTURE_DAY, FIXTURE_SYMBOL } from '../../../rig/recordings/lean-days.ts';
import { FIXTURES } from '../../../rig/recordings/places.ts';
import { testRecordedPrints } from '../../support/recorded-days/print-tests.ts';

testRecordedPrints({ root: FIXTURES, days: [FIXTURE_DAY], symbols: [FIXTURE_SYMBOL] });
