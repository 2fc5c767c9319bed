import { type NewYorkDay, newYorkDay, newYorkTime } from '../../../protocol/new-york.ts';
import { createDayPath, type DayPath } from '../day-path.ts';
import type { SplitScript } from '../splits.ts';
import type { SimulatedInstrument } from '../universe.ts';
import { createSurface, type Surface } from './surface.ts';

/** What the contracts of one underlying are priced from on one day. */
export interface UnderlyingDay {
  readonly day: NewYorkDay;
  readonly path: DayPath;
  readonly surface: Surface;
}

export type UnderlyingDays = (instrument: SimulatedInstrument, date: string) => UnderlyingDay;

/** A hundred kilobytes each: the underlyings of a few pages, with the sessions of one history. */
const MAX_KEPT = 60;

/** Days by underlying and date; the latest ones used are kept. */
export function createUnderlyingDays(seed: number, script: SplitScript = []): UnderlyingDays {
  const kept = new Map<string, UnderlyingDay>();
  return (instrument, date) => {
    const name = `${instrument.symbol}/${date}`;
    const known = kept.get(name) ?? createUnderlyingDay(instrument, seed, date, script);
    kept.delete(name);
    kept.set(name, known);
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
    return known;
  };
}

function createUnderlyingDay(
  instrument: SimulatedInstrument,
  seed: number,
  date: string,
  script: SplitScript,
): UnderlyingDay {
  const day = newYorkDay(newYorkTime(date, 0));
  return {
    day,
    path: createDayPath(instrument, seed, day, script),
    surface: createSurface(instrument, seed, day),
  };
}
