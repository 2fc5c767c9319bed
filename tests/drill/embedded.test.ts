import { embedded } from '../../drill/drills/embedded.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(embedded);
