import { beforeAll, describe, expect, test } from '@jest/globals';
import { asExpected, type Check, type Drill, type Row } from '../../../drill/support/drill.ts';
import { findings } from '../../../drill/support/report.ts';

/** Whatever fails with it fails again. */
const SEED = 1;

/**
 * Whether the control fails by a check that the protected row passes, or passes better: a busy machine breaks a promise
 * about time in both, which shows nothing about the protection.
 */
function isWorse(control: Row, rows: readonly Row[]): boolean {
  const same = rows.filter((row) => row.control === undefined && row.fault.startsWith(control.fault));
  const fails = ({ what, measured, ok }: Check): boolean =>
    !ok &&
    same
      .flatMap(({ checks }) => checks.filter((own) => own.what === what && !own.ok))
      .every((own) => Number.parseFloat(own.measured) < Number.parseFloat(measured));
  return control.checks.some(fails);
}

/** Why a row is not as it should be: the checks that failed and what the checker found; empty where all is well. */
function wrongs(row: Row, rows: readonly Row[]): string[] {
  if (row.control !== undefined)
    return asExpected(row) && isWorse(row, rows) ? [] : [`${row.fault}: passes without ${row.control}`];
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
      expect(real.flatMap((row) => wrongs(row, rows))).toEqual([]);
      expect(real.length).toBeGreaterThan(0);
      // A drill in which nothing happened proves nothing.
      for (const { verdict, faults } of real) {
        expect(faults).toBeGreaterThan(0);
        if (verdict) expect(verdict.delivered).toBeGreaterThan(0);
      }
    });

    test('with the protection switched off it fails', () => {
      const controls = rows.filter(({ control }) => control !== undefined);
      expect(controls.flatMap((row) => wrongs(row, rows))).toEqual([]);
      expect(controls.length).toBeGreaterThan(0);
    });
  });
}
