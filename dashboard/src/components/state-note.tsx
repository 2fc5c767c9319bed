import type { OptionState } from '../../../src/protocol/options.ts';
import { sourceWord } from '../lib/source-word.ts';

/** States that leave a reader of a bare price, or of a dash, without its reason. */
const NOTED: readonly OptionState[] = ['closed', 'missing'];

/** Why the price does not move, or is a dash; nothing where it moves. Its age says it of a stale one. */
export function StateNote({ state, className = '' }: { state: OptionState | undefined; className?: string }) {
  if (state === undefined || !NOTED.includes(state)) return null;
  return <span className={`text-muted text-xs ${className}`}>{sourceWord(state)}</span>;
}
