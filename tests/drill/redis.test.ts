import { redis } from '../../drill/drills/redis.ts';
import { testDrill } from '../support/drills.ts';

testDrill(redis);
