import { createInstrumentList } from '../../domain/market/instrument-list.ts';
import type { InstrumentDirectory } from '../../domain/market/instruments.ts';
import { UNIVERSE } from './universe.ts';

/** The simulated universe; nothing else exists in it. */
export const createSimulatedInstruments = (): InstrumentDirectory =>
  createInstrumentList(UNIVERSE.map(({ symbol, name }) => ({ symbol, name })));
