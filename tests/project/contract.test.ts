import { expect, test } from '@jest/globals';
import { readRepoFile } from '../../rig/source-files.ts';
import { PAYLOADS_FILE, payloadSchemas } from '../../scripts/contract-schemas.ts';

test('the schemas of answers and events are those of the types: `node scripts/contract-schemas.ts` writes them', () => {
  expect(JSON.parse(readRepoFile(PAYLOADS_FILE))).toEqual(payloadSchemas());
});
