import type { InstrumentDirectory } from '../../domain/instrument/directory.ts';
import { createInstrumentList } from '../../domain/instrument/search.ts';
import { UNIVERSE } from './universe.ts';

/** The simulated universe; nothing else exists in it. */
export const createSimulatedInstruments = (): InstrumentDirectory =>
  createInstrumentList(UNIVERSE.map(({ symbol, name }) => ({ symbol, name })));
