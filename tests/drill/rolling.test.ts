import { rolling } from '../../drill/drills/rolling.ts';
import { testDrill } from '../support/drills.ts';

testDrill(rolling);
