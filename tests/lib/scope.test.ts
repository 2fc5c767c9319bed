import { expect, test } from '@jest/globals';
import { createScope } from '../../src/lib/scope.ts';

test('everything ends once, last added first, and the scope can be used again', () => {
  const scope = createScope();
  const ended: string[] = [];
  scope.add(
    () => void ended.push('timer'),
    () => void ended.push('subscription'),
  );
  scope.add(() => void ended.push('listener'));
  scope.end();
  scope.end();
  scope.add(() => void ended.push('second run'));
  scope.end();
  expect(ended).toEqual(['listener', 'subscription', 'timer', 'second run']);
});
