import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { TestBrowser } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it stands, a line each. */
export async function accessibilityProblems({ page }: TestBrowser): Promise<string[]> {
  // Evaluated by the debugger, which the page's content security policy does not concern.
  await page.evaluate(axe);
  // What is well is neither gathered with the path of each element nor sent over: on a long page that is megabytes.
  const results = (await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => ({ violations }))",
  )) as Pick<AxeResults, 'violations'>;
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
