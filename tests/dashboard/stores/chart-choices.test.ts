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

test('an average covers 2 to 200 whole bars; anything else changes nothing', () => {
  const choices = createChartChoicesStore();
  choices.setLength('simple', 200);
  for (const none of [1, 201, 2.5, Number.NaN]) choices.setLength('exponential', none);
  expect(createChartChoicesStore().getState().lengths).toEqual({ simple: 200, exponential: 20 });
  localStorage.setItem('tradecast.chart', '{"lengths":{"simple":9000,"exponential":"many"}}');
  expect(createChartChoicesStore().getState().lengths).toEqual({ simple: 50, exponential: 20 });
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
