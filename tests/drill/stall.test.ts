import { stall } from '../../drill/drills/stall.ts';
import { testDrill } from '../support/drills.ts';

testDrill(stall);
