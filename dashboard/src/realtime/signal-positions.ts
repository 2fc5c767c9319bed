import type {
  SignalPayload,
  SignalPositions,
  SignalStream,
  SignalStreamStates,
} from '../../../src/protocol/signals.ts';

/** Written out: the protocol's own list would bring its schemas into the bundle. */
const STREAMS: readonly SignalStream[] = ['free', 'premium'];

/** `next`: in its turn. `repeat`: known. `gap`: something before it is missing. */
export type SignalPlace = 'next' | 'repeat' | 'gap';

/** How far this page has come in each stream. */
export interface SignalTracker {
  /** What the server resumes from; undefined before anything is known. */
  positions(): SignalPositions | undefined;
  receive(signal: SignalPayload): SignalPlace;
  /** The newest of a list are known. */
  read(signals: readonly SignalPayload[]): void;
  /** The server follows these streams from now on. False where something between is not going to come. */
  confirmed(streams: SignalStreamStates): boolean;
  /** The stream is closed to this reader. */
  forget(stream: SignalStream): void;
}

export function createSignalTracker(): SignalTracker {
  const known = new Map<SignalStream, { epoch: string; after: number }>();
  const reach = (stream: SignalStream, epoch: string, seq: number) => {
    const position = known.get(stream);
    const isAhead = position?.epoch !== epoch || position.after < seq;
    if (isAhead) known.set(stream, { epoch, after: seq });
  };

  return {
    positions: () => (known.size === 0 ? undefined : Object.fromEntries(known)),
    receive({ stream, epoch, seq }) {
      const position = known.get(stream);
      if (position?.epoch === epoch && seq <= position.after) return 'repeat';
      known.set(stream, { epoch, after: seq });
      // The first of a stream that has just opened has nothing before it that this page should have.
      return !position || (position.epoch === epoch && seq === position.after + 1) ? 'next' : 'gap';
    },
    read(signals) {
      for (const { stream, epoch, seq } of signals) reach(stream, epoch, seq);
    },
    confirmed(streams) {
      let complete = true;
      for (const stream of STREAMS) {
        const state = streams[stream];
        if (!state) known.delete(stream);
        else if (!state.recovered) {
          known.set(stream, { epoch: state.epoch, after: state.head });
          complete = false;
        }
      }
      return complete;
    },
    forget: (stream) => void known.delete(stream),
  };
}
