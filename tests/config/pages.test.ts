import { expect, test } from '@jest/globals';
import { readRepoFile } from '../../rig/source-files.ts';
import { configPages } from '../../scripts/config-pages.ts';

test.each(Object.entries(configPages()))(
  '%s is what the table says: `node scripts/config-pages.ts` writes it',
  (page, text) => {
    expect(readRepoFile(page)).toBe(text);
  },
);
