import { kill } from '../../drill/drills/kill.ts';
import { testDrill } from '../support/drills.ts';

testDrill(kill);
