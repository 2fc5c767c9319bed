import type { Bar } from '../../lib/bars.ts';

/**
 * True where `bars` is what is `shown`, grown by no more than a bar at its end. The store keeps the objects of
 * finished minutes; another symbol and a reloaded history have other ones.
 */
export function continues(shown: readonly Bar[], bars: readonly Bar[]): boolean {
  const grown = bars.length - shown.length;
  if (shown.length === 0 || grown < 0 || grown > 1) return false;
  const finished = shown.length - 1;
  if (finished === 0) return false;
  return bars[0] === shown[0] && bars[finished - 1] === shown[finished - 1];
}
