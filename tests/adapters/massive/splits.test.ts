import { expect, test } from '@jest/globals';
import { RestError } from '../../../src/adapters/massive/rest.ts';
import { createMassiveSplits } from '../../../src/adapters/massive/splits.ts';

const ROW = { id: '1', ticker: 'AAPL', execution_date: '2020-08-31', split_from: 1, split_to: 4 };

test('splits are asked for by ticker and days, page by page, and rows that are none are left out', async () => {
  const asked: [path: string, query?: unknown][] = [];
  const calendar = createMassiveSplits({
    async get(path, query) {
      asked.push([path, query]);
      if (query === undefined)
        return { results: [{ ...ROW, execution_date: '2020-09-01', split_from: 10, split_to: 1 }] };
      const bad = [
        { ...ROW, split_from: 0 },
        { ...ROW, execution_date: 'soon' },
        { ...ROW, split_to: 1 },
        null,
      ];
      return { results: [ROW, ...bad], next_url: 'https://api.massive.com/v3/reference/splits?cursor=2' };
    },
  });
  expect(await calendar.splits('AAPL', '2020-08-01', '2020-09-01')).toEqual([
    { symbol: 'AAPL', day: '2020-08-31', from: 1, to: 4 },
    { symbol: 'AAPL', day: '2020-09-01', from: 10, to: 1 },
  ]);
  expect(asked).toEqual([
    [
      '/v3/reference/splits',
      { ticker: 'AAPL', 'execution_date.gte': '2020-08-01', 'execution_date.lte': '2020-09-01' },
    ],
    ['/v3/reference/splits?cursor=2', undefined],
  ]);
});

test('a share that was never split has none', async () => {
  const calendar = createMassiveSplits({ get: async () => ({ status: 'OK' }) });
  expect(await calendar.splits('AAPL', '2020-08-01', '2020-09-01')).toEqual([]);
});

test.each([
  [403, 'NOT_IN_PLAN'],
  [504, 'UNAVAILABLE'],
])('a refusal with the status %i is %s', async (status, code) => {
  const calendar = createMassiveSplits({ get: () => Promise.reject(new RestError(status, 'no')) });
  await expect(calendar.splits('AAPL', '2020-08-01', '2020-09-01')).rejects.toMatchObject({ code });
});
