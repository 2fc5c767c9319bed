import { bus } from '../../drill/drills/bus.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(bus);
