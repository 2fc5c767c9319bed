import { postgres } from '../../drill/drills/postgres.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(postgres);
