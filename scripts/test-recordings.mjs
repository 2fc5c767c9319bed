/** `npm run test:recordings`: the tests over the long recordings, where these are present. */
import { longRecordings } from '../rig/recordings/places.ts';
import { runJest } from './jest.mjs';

if (longRecordings() === null) {
  console.log('not run: recordings absent');
  process.exit(0);
}
process.exit(runJest(['--config', 'jest.recordings.config.mjs', ...process.argv.slice(2)]) ? 0 : 1);
