import { beforeAll, describe, expect, test } from '@jest/globals';
import { asExpected, type Drill, type Row } from '../../../drill/support/drill.ts';
import { findings } from '../../../drill/support/report.ts';

/** Whatever fails with it fails again. */
const SEED = 1;

/** Why a row is not as it should be: the checks that failed and what the checker found; empty where all is well. */
function wrongs(row: Row): string[] {
  if (row.control !== undefined)
    return asExpected(row) ? [] : [`${row.fault}: passes without ${row.control}`];
  const failed = row.checks.filter(({ ok, timed }) => !ok && !timed);
  if (failed.length === 0) return [];
  return [
    ...failed.map(({ what, measured, limit }) => `${row.fault}: ${what} is ${measured}, limit ${limit}`),
    ...(row.verdict ? findings(row.verdict) : []),
    ...(row.notes ?? []),
  ];
}

/** Runs the quick form of a drill and of its controls. */
export function testDrill(drill: Drill): void {
  describe(`drill: ${drill.title}`, () => {
    let rows: Row[] = [];
    beforeAll(async () => {
      rows = await drill.run({ quick: true, controls: true, scale: 1, seed: SEED });
    });

    test('what is promised holds', () => {
      const real = rows.filter(({ control }) => control === undefined);
      expect(real.flatMap(wrongs)).toEqual([]);
      expect(real.length).toBeGreaterThan(0);
      // A drill in which nothing happened proves nothing.
      for (const { verdict, faults } of real) {
        expect(faults).toBeGreaterThan(0);
        if (verdict) expect(verdict.delivered).toBeGreaterThan(0);
      }
    });

    test('with the protection switched off it fails', () => {
      const controls = rows.filter(({ control }) => control !== undefined);
      expect(controls.flatMap(wrongs)).toEqual([]);
      expect(controls.length).toBeGreaterThan(0);
    });
  });
}
