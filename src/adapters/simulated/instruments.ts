import type { InstrumentDirectory } from '../../domain/market/instruments.ts';

export declare function createSimulatedInstruments(): InstrumentDirectory;
