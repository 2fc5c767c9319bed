import type { EncodedEvent } from '../peer.ts';

/**
 * Puts frames one after the other into memory that is used again. A buffer for each of ten thousand writes a
 * second would make V8 collect the whole heap several times a second, for the sake of bytes that the operating
 * system has copied long before.
 */
export interface FrameJoiner {
  /** The joined frames; they stand until the next call, unless they are kept. */
  join(events: readonly EncodedEvent[]): Buffer;
  /** What was joined last is still to be sent: its bytes are not used again. */
  keep(): void;
}

/** A write of 200 symbols fits; it is also the most that one unsent write can keep alive. */
const SLAB_BYTES = 64 * 1024;

export function createFrameJoiner(): FrameJoiner {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let free = 0;
  let end = 0;

  return {
    join(events) {
      const [first] = events;
      if (first && events.length === 1) return first.frame;
      let bytes = 0;
      for (const { frame } of events) bytes += frame.length;
      if (bytes > SLAB_BYTES) return Buffer.concat(events.map(({ frame }) => frame));
      if (free + bytes > SLAB_BYTES) {
        slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
        free = 0;
      }
      end = free;
      for (const { frame } of events) {
        slab.set(frame, end);
        end += frame.length;
      }
      return slab.subarray(free, end);
    },
    keep() {
      free = Math.max(free, end);
    },
  };
}
