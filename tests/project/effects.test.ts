import { expect, test } from '@jest/globals';
import { sourceFiles, withoutComments } from '../../rig/source-files.ts';

/** Calls whose answer ends what they began. */
const BEGINNINGS = ['after', 'onConnect', 'open', 'start', 'subjects', 'subscribe', 'want'];

const EFFECT = /\buse(?:Layout|Insertion)?Effect\(\s*\(\)\s*=>(?!\s*\{)([^;]*)/g;
const REF = /\bref=\{\s*\(?\w+\)?\s*=>(?!\s*\{)([^}]*)/g;
const CLEAN_UP = new RegExp(
  `^\\(?(void |\\w+(\\.\\w+)*,|([^?]*\\? undefined : )?\\w+(\\.\\w+)*\\.(${BEGINNINGS.join('|')})\\()`,
);

/** What the effects and refs of a text answer, where it is no clean-up. */
const answersOf = (text: string): string[] =>
  [...text.matchAll(EFFECT), ...text.matchAll(REF)]
    .map(([, body]) => body!.trim())
    .filter((body) => !CLEAN_UP.test(body));

// React calls it when the part goes or changes. A call into the browser may answer something one day: `scrollIntoView`
// began to answer a promise.
test('an effect or a ref answers a clean-up or stands in braces', () => {
  const found = sourceFiles('dashboard/src').flatMap(({ path, text }) =>
    answersOf(withoutComments(text)).map((answer) => `${path}: ${answer}`),
  );
  expect(found).toEqual([]);
});

test.each([
  "useEffect(() => note.current?.scrollIntoView({ block: 'nearest' }), [proposal]);",
  'useLayoutEffect(() => dialog.current?.showModal(), []);',
  'useEffect(\n  () => chart?.show(picture),\n  [chart, picture],\n);',
  'useEffect(() => choices.choose({ underlying }), [choices, underlying]);',
  'return <input ref={(input) => input?.focus()} />;',
])('the rule finds %s', (text) => {
  expect(answersOf(text)).toHaveLength(1);
});

test.each([
  'useEffect(() => {\n  dialog.current?.showModal();\n}, []);',
  'useEffect(() => store.start(), [store]);',
  'useEffect(\n  () =>\n    view.subscribe((state) => {\n      act(state);\n    }),\n  [view],\n);',
  "useEffect(() => (key === '' ? undefined : topics.subjects(key)), [key]);",
  'useEffect(() => void find(), [find]);',
  'useEffect(() => handle.end, [handle]);',
  'return <ul ref={list} />;',
])('the rule leaves %s', (text) => {
  expect(answersOf(text)).toEqual([]);
});
