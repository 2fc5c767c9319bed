import { embedded } from '../../drill/drills/embedded.ts';
import { testDrill } from '../support/drills.ts';

testDrill(embedded);
