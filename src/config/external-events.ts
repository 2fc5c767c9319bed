import { COMMANDS, EVENTS } from '../protocol/events.ts';
import { RESERVED_EVENTS } from '../protocol/reserved-events.ts';
import type { Parser } from './parsers.ts';

const OURS: ReadonlySet<string> = new Set([
  ...RESERVED_EVENTS,
  ...Object.keys(COMMANDS),
  ...Object.keys(EVENTS),
]);
const NAME = /^[\w:.-]{1,64}$/;

/**
 * Events that another service may send to clients, comma separated; `off` allows none. No name is one of ours: clients
 * trust those.
 */
export const externalEvents: Parser<readonly string[]> = (text) => {
  if (text === 'off') return { value: [] };
  const names = text.split(',').map((part) => part.trim());
  const wrong = names.filter((name) => !NAME.test(name));
  if (wrong.length > 0)
    return { problem: 'must list event names of letters, digits and : . _ -, comma separated, or be off.' };
  const ours = names.filter((name) => OURS.has(name));
  return ours.length === 0
    ? { value: names }
    : { problem: `must not list ${ours.join(', ')}: only this service sends it, as its clients rely on it.` };
};
