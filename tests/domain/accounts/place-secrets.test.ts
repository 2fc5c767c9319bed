import { expect, test } from '@jest/globals';
import { createPlaceSecrets } from '../../../src/domain/accounts/place-secrets.ts';

const ada = { userId: 'ada', sessionHash: 'h1' };
const { issue, read } = createPlaceSecrets(() => ['the first key', 'the older key']);

test('a secret names its connection to the session that it was given to, and to nobody else', () => {
  const secret = issue('connection-1', ada);
  expect(read(secret, ada)).toBe('connection-1');
  expect(read(secret, { ...ada, userId: 'bob' })).toBeNull();
  expect(read(secret, { ...ada, sessionHash: 'h2' })).toBeNull();
});

test('a secret of a key that is no longer the first still counts, one of an unknown key does not', () => {
  expect(read(createPlaceSecrets(() => ['the older key']).issue('connection-1', ada), ada)).toBe(
    'connection-1',
  );
  expect(read(createPlaceSecrets(() => ['another key']).issue('connection-1', ada), ada)).toBeNull();
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['an object', {}],
  ['an empty text', ''],
  ['a name alone', 'connection-1'],
  ['a name with an empty signature', 'connection-1.'],
  ['another name', issue('connection-1', ada).replace('connection-1', 'connection-2')],
  ['a long text', `${'x'.repeat(10_000)}.${'y'.repeat(43)}`],
])('%s names no connection', (_what, text) => {
  expect(read(text, ada)).toBeNull();
});
