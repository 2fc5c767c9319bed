import type { z } from 'zod';

type IssueMap = z.core.$ZodErrorMap;

/** What a value is not, by the type that its schema expects. */
const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};
/** What is counted of a value; a number counts nothing but itself. */
const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/**
 * What is wrong with a value, in words that can follow its name: `missing`, `at most 50`. A schema's own sentence goes
 * before; what has none here is in the library's words.
 */
export const issueWords: IssueMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'missing' : `not ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}${COUNTED[issue.origin] ?? ''}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}${COUNTED[issue.origin] ?? ''}`;
    case 'invalid_value':
      return `not one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `unknown key "${issue.keys[0]}"`;
    case 'invalid_format':
      return 'not in the expected form';
    default:
      return undefined;
  }
};
