import type { InstrumentDirectory } from '../../domain/market/instruments.ts';

/** The symbols of the file, named where they are well known. Resolves once the file has been read through. */
export declare function createReplayInstruments(options: { file: string }): InstrumentDirectory;
