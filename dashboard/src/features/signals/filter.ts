import type { SignalPayload } from '../../../../src/protocol/signals.ts';
import { createTypedMatch } from '../../../../src/protocol/symbol.ts';
import type { ShownSignal } from '../../stores/signals.ts';

export type StreamChoice = 'all' | 'free' | 'premium';

export interface SignalFilter {
  readonly text: string;
  readonly stream: StreamChoice;
  readonly muted: readonly string[];
}

const wordsOf = ({ symbol, source, author, text, action }: SignalPayload): string =>
  [symbol, source, author, text, action].filter(Boolean).join(' ').toLowerCase();

/** Signals that have every typed word, of sources that are not muted. */
export function filterSignals(
  signals: readonly ShownSignal[],
  { text, stream, muted }: SignalFilter,
): readonly ShownSignal[] {
  const words = text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => ({ word: word.toLowerCase(), isSymbol: createTypedMatch(word) }));
  return signals.filter(
    (signal) =>
      !muted.includes(signal.source) &&
      (stream === 'all' || signal.stream === stream) &&
      words.every(({ word, isSymbol }) => wordsOf(signal).includes(word) || isSymbol(signal.symbol)),
  );
}

export interface SourceCount {
  readonly source: string;
  readonly count: number;
}

/** The sources of these signals, and the others that are known, by name. */
export function sourcesOf(
  signals: readonly SignalPayload[],
  others: readonly string[],
): readonly SourceCount[] {
  const counts = new Map<string, number>(others.map((source) => [source, 0]));
  for (const { source } of signals) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts]
    .map(([source, count]) => ({ source, count }))
    .sort((a, b) => a.source.localeCompare(b.source));
}
