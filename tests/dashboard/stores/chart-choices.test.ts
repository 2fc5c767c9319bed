/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { beforeEach, expect, test } from '@jest/globals';
import { createChartChoicesStore } from '../../../dashboard/src/stores/chart-choices.ts';

beforeEach(() => localStorage.clear());

test('what was chosen is there after a reload', () => {
  const choices = createChartChoicesStore();
  expect(choices.getState().timeframe).toBe('1d');
  choices.choose('5y');
  choices.toggle('simple');
  choices.toggle('volume');
  const again = createChartChoicesStore().getState();
  expect(again).toEqual(choices.getState());
  expect(again.layers).toEqual(['simple', 'vwap', 'trades', 'extended']);
});

test.each(['{', 'null', '{"timeframe":"9z","layers":["sparkles"]}', '{"layers":7}'])(
  'a stored text that is none of ours is no obstacle: %s',
  (text) => {
    localStorage.setItem('tradecast.chart', text);
    const { timeframe, layers } = createChartChoicesStore().getState();
    expect(timeframe).toBe('1d');
    expect(layers.every((layer) => ['volume', 'vwap', 'trades', 'extended'].includes(layer))).toBe(true);
  },
);
