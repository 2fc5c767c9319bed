import type { PrintSide } from '../../protocol/darkpool.ts';
import type { NbboTick, TradeTick } from '../market/feed.ts';
import { createNbboTrail, type NbboTrail } from './nbbo-trail.ts';
import { differentBefore, rememberPrice, sideOf, type TickMemory } from './side.ts';

/** More symbols than US equity markets list: beyond it upstream is broken. */
export const MAX_SYMBOLS = 20_000;

/** What the sides of prints rest on: the quotes and the last prices of every symbol. */
export interface Tapes {
  nbbo(tick: NbboTick): void;
  /** Any trade, after its own side was asked for. */
  trade(tick: TradeTick): void;
  /** By the NBBO of the moment the trade was made, as far as it is known when the trade arrives. */
  sideOf(print: TradeTick): PrintSide;
  /** Nothing is known of the symbol any more. */
  forget(symbol: string): void;
  /** Sequence numbers and prices begin anew with the day; quotes stand. */
  forgetPrices(): void;
  clear(): void;
}

/** A symbol without quotes has no trail. */
interface Tape {
  trail: NbboTrail | null;
  readonly memory: TickMemory;
}

const noMemory = (): TickMemory => ({ price: 0, before: 0, sequence: 0 });

export function createTapes(): Tapes {
  const tapes = new Map<string, Tape>();

  const tapeOf = (symbol: string): Tape | undefined => {
    const found = tapes.get(symbol);
    if (found !== undefined || tapes.size >= MAX_SYMBOLS) return found;
    const added = { trail: null, memory: noMemory() };
    tapes.set(symbol, added);
    return added;
  };

  return {
    nbbo({ symbol, sourceTime, bid, ask }) {
      const tape = tapeOf(symbol);
      if (tape === undefined) return;
      tape.trail ??= createNbboTrail();
      tape.trail.add(sourceTime, bid, ask);
    },
    trade(tick) {
      const tape = tapeOf(tick.symbol);
      if (tape) rememberPrice(tape.memory, tick);
    },
    sideOf({ symbol, price, participantTime }) {
      const tape = tapes.get(symbol);
      if (!tape?.trail) return 'unknown';
      return sideOf(price, tape.trail.at(participantTime), differentBefore(tape.memory, price));
    },
    forget: (symbol) => tapes.delete(symbol),
    forgetPrices() {
      for (const { memory } of tapes.values()) Object.assign(memory, noMemory());
    },
    clear: () => tapes.clear(),
  };
}
