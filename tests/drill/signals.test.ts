import { signals } from '../../drill/drills/signals.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(signals);
