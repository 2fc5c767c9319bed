import { describe, expect, test } from '@jest/globals';
import { functionSizes, measureFunctions } from '../../rig/function-sizes.ts';

/** The aim; up to `MOST_LINES` with a reason below. `node rig/function-sizes.ts` lists what is above it. */
const AIM_LINES = 80;
const MOST_LINES = 100;

/** Why a function is longer than the aim. An entry goes with the reason. */
const LONGER: Readonly<Record<string, string>> = {
  'src/adapters/sql/database.ts createDatabase':
    'one connection, one statement and one transaction share the rule of what spoils a connection',
  'src/app/index.ts compose': 'the list of all parts, which only declares them and has no branch',
};

describe('functions', () => {
  const above = (most: number): string[] =>
    measureFunctions()
      .filter(({ lines }) => lines > most)
      .map(({ name }) => name);
  const long = above(AIM_LINES);

  test('are short, or say why not', () => {
    expect(long.filter((name) => !(name in LONGER))).toEqual([]);
  });

  test('are never above a hundred lines', () => {
    expect(above(MOST_LINES)).toEqual([]);
  });

  test('that are short again are no longer excused', () => {
    expect(Object.keys(LONGER).filter((name) => !long.includes(name))).toEqual([]);
  });
});

describe('the measure', () => {
  const measure = (text: string) => functionSizes({ path: 'a.ts', text });

  test('counts a function with those within it, and each of them by itself', () => {
    const text =
      '// ä\nexport const outer = () => {\n  function inner() {\n    return 1;\n  }\n  return inner;\n};\n';
    expect(measure(text)).toEqual([
      { name: 'a.ts outer', lines: 6, variables: 0 },
      { name: 'a.ts inner', lines: 3, variables: 0 },
    ]);
  });

  test('counts what may change, in the function itself and outside the heads of loops', () => {
    const text = `function f() {
      let a = 1, b = 2;
      for (let i = 0; i < a; i++) b += i;
      const g = () => { let own = a; own += b; return own; };
      return g;
    }`;
    expect(measure(text).map(({ name, variables }) => [name, variables])).toEqual([
      ['a.ts f', 2],
      ['a.ts g', 1],
    ]);
  });

  test('knows methods, properties and functions without a name', () => {
    const text =
      'export const x = {\n  m() {},\n  p: () => 1,\n};\nclass C {\n  constructor() {}\n  k() {}\n}\n[].map(() => 1);';
    expect(measure(text).map(({ name }) => name)).toEqual([
      'a.ts m',
      'a.ts p',
      'a.ts constructor',
      'a.ts k',
      'a.ts line 9',
    ]);
  });
});
