import { bus } from '../../drill/drills/bus.ts';
import { testDrill } from '../support/drills.ts';

testDrill(bus);
