import { prints } from '../../drill/drills/prints.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(prints);
