import { rolling } from '../../drill/drills/rolling.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(rolling);
