import type { Clock } from '../../lib/clock.ts';

/** Which symbols upstream sends now, and which of their prices are from before a break. */
export interface SymbolFlow {
  /** Upstream confirmed that the symbol flows, or that it no longer does. */
  set(symbol: string, isFlowing: boolean): void;
  has(symbol: string): boolean;
  /** Whether a price received then is newer than the symbol's last break: what moved it meanwhile was not received. */
  isCurrent(symbol: string, receivedAt: number): boolean;
  /** Nothing flows any more. */
  stop(): void;
  /** Forgets the breaks of all symbols, or of these: prices of before them are gone. */
  forgetBreaks(which?: (symbol: string) => boolean): void;
}

export interface SymbolFlowEvents {
  readonly onChange: (symbol: string) => void;
  /** Before `onChange`: upstream sends the symbol no longer. */
  readonly onEnd: (symbol: string) => void;
}

export function createSymbolFlow(clock: Clock, { onChange, onEnd }: SymbolFlowEvents): SymbolFlow {
  const flowing = new Set<string>();
  /** When upstream last ceased to send a symbol, milliseconds since epoch. */
  const endedAt = new Map<string, number>();

  return {
    set(symbol, isFlowing) {
      if (flowing.has(symbol) === isFlowing) return;
      if (isFlowing) {
        flowing.add(symbol);
      } else {
        flowing.delete(symbol);
        endedAt.set(symbol, clock.now());
        onEnd(symbol);
      }
      onChange(symbol);
    },
    has: (symbol) => flowing.has(symbol),
    isCurrent: (symbol, receivedAt) => receivedAt >= (endedAt.get(symbol) ?? 0),
    stop: () => flowing.clear(),
    forgetBreaks(which = () => true) {
      for (const symbol of endedAt.keys()) if (which(symbol)) endedAt.delete(symbol);
    },
  };
}
