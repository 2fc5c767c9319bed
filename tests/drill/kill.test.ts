import { kill } from '../../drill/drills/kill.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(kill);
