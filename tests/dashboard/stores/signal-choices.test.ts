/**
 * @jest-environment jsdom
 * @jest-environment-options {"customExportConditions": ["node", "node-addons"]}
 */
import { afterEach, expect, jest, test } from '@jest/globals';
import { createSignalChoices } from '../../../dashboard/src/stores/signal-choices.ts';
import { signalOf } from '../support/signals.ts';

afterEach(() => {
  localStorage.clear();
  jest.restoreAllMocks();
});

test('two tabs that change different things keep both', () => {
  const [one, other] = [createSignalChoices('ada'), createSignalChoices('ada')];
  one.toggle('alpha');
  other.toggle('beta');
  one.markRead([signalOf({ id: 'a', seq: 7 })]);
  other.choose({ sound: true });
  const kept = createSignalChoices('ada').getState();
  expect(kept).toMatchObject({ muted: ['alpha', 'beta'], sound: true });
  expect(kept.read?.free?.seq).toBe(7);
});

test('a tab follows what another one chose, until it ends', () => {
  const [one, other] = [createSignalChoices('ada'), createSignalChoices('ada')];
  const end = one.start();
  const tell = () => window.dispatchEvent(new StorageEvent('storage', { key: localStorage.key(0) }));
  other.toggle('alpha');
  tell();
  expect(one.getState().muted).toEqual(['alpha']);
  end();
  other.toggle('alpha');
  tell();
  expect(one.getState().muted).toEqual(['alpha']);
});

test('another user of the browser has choices of their own', () => {
  createSignalChoices('ada').toggle('premium-source');
  expect(createSignalChoices('bob').getState()).toMatchObject({ muted: [], read: null });
  expect(createSignalChoices('ada').getState().muted).toEqual(['premium-source']);
});

test('without storage choices last as long as the page', () => {
  jest.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
    throw new Error('forbidden');
  });
  jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('forbidden');
  });
  const choices = createSignalChoices('ada');
  choices.toggle('alpha');
  choices.choose({ sound: true });
  expect(choices.getState()).toMatchObject({ muted: ['alpha'], sound: true });
});
