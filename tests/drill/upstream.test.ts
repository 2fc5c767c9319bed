import { upstream } from '../../drill/drills/upstream.ts';
import { testDrill } from '../support/drills.ts';

testDrill(upstream);
