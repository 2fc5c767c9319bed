import { upstream } from '../../drill/drills/upstream.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(upstream);
