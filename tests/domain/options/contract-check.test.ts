import { expect, test } from '@jest/globals';
import type { ContractTerms } from '../../../src/domain/options/chains.ts';
import { createContractCheck } from '../../../src/domain/options/contract-check.ts';
import { createContractDirectory } from '../../../src/domain/options/contract-directory.ts';
import { contractSymbol } from '../../../src/protocol/symbol.ts';

const named = (count: number, root = 'AAPL'): string[] =>
  Array.from({ length: count }, (_, index) =>
    contractSymbol({ root, expiry: '2026-03-20', right: 'call', strike: 100 + index }),
  );

/** A source that says this of a look-up, and of each contract by name that it exists. */
function start(
  lookUp: (contracts: readonly ContractTerms[]) => { listed?: ContractTerms[]; unlisted?: string[] },
) {
  const directory = createContractDirectory({ knows: (symbol) => symbol === 'AAPL' });
  const asked = { lookUps: 0, byName: 0 };
  const check = createContractCheck({
    directory,
    marketTime: () => Date.parse('2026-11-20T15:00:00Z'),
    chains: {
      async lookUp(contracts) {
        asked.lookUps += 1;
        const { listed = [], unlisted = [] } = lookUp(contracts);
        return { listed, unlisted: new Set(unlisted) };
      },
      async contract(symbol) {
        asked.byName += 1;
        return directory.terms(symbol);
      },
    },
  });
  return { check, asked, directory };
}

test('two hundred contracts are looked up in one go', async () => {
  const { check, asked, directory } = start((contracts) => ({ listed: [...contracts] }));
  await check(named(200));
  expect(asked).toEqual({ lookUps: 1, byName: 0 });
  expect(named(200).every(directory.knows)).toBe(true);
});

test('one that does not exist is named', async () => {
  const [, second = ''] = named(200);
  const { check, asked } = start(() => ({ unlisted: [second] }));
  await expect(check(named(200))).rejects.toMatchObject({
    code: 'UNKNOWN_SYMBOL',
    message: expect.stringContaining(second),
  });
  expect(asked).toEqual({ lookUps: 1, byName: 0 });
});

test('those of a root whose underlying is found first are looked up again under its name', async () => {
  const all = named(50, 'BRKB');
  const { check, asked } = start((contracts) =>
    contracts[0]!.underlying === 'BRK.B'
      ? { listed: [...contracts] }
      : { listed: [{ ...contracts[0]!, underlying: 'BRK.B' }] },
  );
  await check(all);
  expect(asked).toEqual({ lookUps: 2, byName: 0 });
});

test('a few of which their chains say nothing are asked for by name, many are refused for now', async () => {
  const { check, asked } = start(() => ({}));
  await check(named(3));
  expect(asked.byName).toBe(3);
  await expect(check(named(4))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryAfterMs: expect.any(Number),
  });
  expect(asked.byName).toBe(3);
});
