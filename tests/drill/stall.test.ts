import { stall } from '../../drill/drills/stall.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(stall);
