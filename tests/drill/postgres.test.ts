import { postgres } from '../../drill/drills/postgres.ts';
import { testDrill } from '../support/drills.ts';

testDrill(postgres);
