import type { User } from '../../src/domain/accounts/user.ts';
import type { CloseReason, Dialect, EncodedEvent, Peer } from '../../src/realtime/peer.ts';
import { createPrincipal, type Principal } from '../../src/realtime/principal.ts';

/** One JSON object a line, `{event, payload}`. */
export const jsonLines: Dialect = {
  encode(event, payload) {
    const text = JSON.stringify({ event, payload });
    return { event, text, frame: Buffer.from(`${text}\n`) };
  },
};

export interface Line {
  readonly event: string;
  readonly payload: unknown;
}

/** A peer in the memory of the test, with a line that can stop reading. */
export interface MemoryPeer extends Peer {
  readonly lines: readonly Line[];
  /** Writes since the beginning. */
  readonly writes: number;
  /** Null while it is open. */
  readonly closedFor: CloseReason | null;
  /** Called at the end of the connection, whoever ended it. */
  onEnd: () => void;
  /** The payloads of one event received so far. */
  payloads<T>(event: string): readonly T[];
  pause(): void;
  resume(): void;
  /** The client leaves. */
  leave(): void;
}

export const testUser = (id = 'u1'): User => ({
  id,
  username: id,
  name: id,
  role: 'member',
  tier: 'STARTER',
  banned: false,
});

let peerCount = 0;

export function createMemoryPeer(
  principal: Principal = createPrincipal(testUser(), 'a-session'),
  id = `peer-${++peerCount}`,
): MemoryPeer {
  const lines: Line[] = [];
  const payloads = new Map<string, unknown[]>();
  const queue: { readonly bytes: Buffer; readonly written: (() => void) | undefined }[] = [];
  const state = { open: true, paused: false, taken: 0, writes: 0, closedFor: null as CloseReason | null };

  function drain(): void {
    while (!state.paused) {
      const next = queue.shift();
      if (!next) return;
      state.taken += next.bytes.length;
      for (const text of next.bytes.toString().trimEnd().split('\n')) read(JSON.parse(text) as Line);
      next.written?.();
    }
  }

  function read(line: Line): void {
    lines.push(line);
    const known = payloads.get(line.event) ?? [];
    payloads.set(line.event, known);
    known.push(line.payload);
  }

  function end(reason: CloseReason | null): void {
    if (!state.open) return;
    state.open = false;
    state.closedFor = reason;
    queue.length = 0;
    peer.onEnd();
  }

  const peer: MemoryPeer = {
    id,
    principal,
    dialect: jsonLines,
    lines,
    get writes() {
      return state.writes;
    },
    get closedFor() {
      return state.closedFor;
    },
    onEnd: () => {},
    isOpen: () => state.open,
    room: () => (state.open && queue.length === 0 ? Number.POSITIVE_INFINITY : 0),
    queuedBytes: () => queue.reduce((sum, { bytes }) => sum + bytes.length, 0),
    takenBytes: () => state.taken,
    write(events: readonly EncodedEvent[], joined, written) {
      if (!state.open || events.length === 0) return;
      state.writes += 1;
      queue.push({ bytes: joined ?? Buffer.concat(events.map(({ frame }) => frame)), written });
      drain();
    },
    close: end,
    payloads: <T>(event: string) => (payloads.get(event) ?? []) as T[],
    pause() {
      state.paused = true;
    },
    resume() {
      state.paused = false;
      drain();
    },
    leave: () => end(null),
  };
  return peer;
}
