import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withSection } from './markdown.ts';
import { repoRoot } from './source-files.ts';

export interface RunOutput {
  /** `benchmarks` or `drills`: the name of the page in docs/ and of the report in reports/. */
  readonly name: string;
  /** Goes between the markers of the page. */
  readonly summary: string;
  readonly report: string;
}

/** Writes the report of a run, and its summary into the page. Returns both paths. */
export async function writeReport({ name, summary, report }: RunOutput): Promise<string[]> {
  const page = path.join(repoRoot, 'docs', `${name}.md`);
  const reportFile = path.join(repoRoot, 'reports', `${name}.md`);
  await writeFile(page, withSection(await readFile(page, 'utf8'), 'summary', summary));
  await mkdir(path.dirname(reportFile), { recursive: true });
  await writeFile(reportFile, report);
  return [page, reportFile];
}
