import { redis } from '../../drill/drills/redis.ts';
import { testDrill } from './support/test-drill.ts';

testDrill(redis);
