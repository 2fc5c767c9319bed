/** @jest-environment node */
import { expect, test } from '@jest/globals';
import { fetchContracts } from '../../../dashboard/src/lib/contracts.ts';
import { TradecastError } from '../../../src/protocol/errors.ts';
import { chainOf, contractId } from '../support/chains.ts';

const call = (expiry: string, strike: number, underlying = 'SPY') =>
  contractId(underlying, expiry, 'call', strike);

test('without a connection contracts are fetched with one request per chain, in the range of their strikes', async () => {
  const asked: unknown[] = [];
  const contracts = [
    call('2026-11-20', 652),
    call('2026-11-20', 648),
    call('2026-12-18', 650),
    call('2026-11-20', 650, 'SPY1'),
    'not a contract',
  ];
  const values = await fetchContracts(
    {
      chain: async (underlying, range) => {
        asked.push([underlying, range]);
        return chainOf(range.expiry, { underlying });
      },
    },
    contracts,
  );
  expect(asked).toEqual([
    ['SPY', { expiry: '2026-11-20', strikeFrom: 648, strikeTo: 652 }],
    ['SPY', { expiry: '2026-12-18', strikeFrom: 650, strikeTo: 650 }],
  ]);
  expect(values.map((value) => value.contractId)).toEqual([
    call('2026-11-20', 648),
    call('2026-11-20', 652),
    call('2026-12-18', 650),
  ]);
});

test('a chain that cannot be read costs the others nothing; without any the reason is told', async () => {
  const chain = async (underlying: string, { expiry }: { readonly expiry: string }) => {
    if (expiry === '2026-11-20') throw new TradecastError('UNAVAILABLE', 'Not now.');
    return chainOf(expiry, { underlying });
  };
  const [lost, read] = [call('2026-11-20', 650), call('2026-12-18', 650)];
  expect((await fetchContracts({ chain }, [lost, read])).map((value) => value.contractId)).toEqual([read]);
  await expect(fetchContracts({ chain }, [lost])).rejects.toThrow('Not now.');
});
