import type { ClientLog, Received } from './checker.ts';

export interface ClientSpec {
  readonly client: string;
  /** Whom it is measured with. */
  readonly group: string;
  readonly userId: string;
  readonly sessionID: string;
  /** Cookie header of the same session, for HTTP. */
  readonly cookie: string;
  readonly symbols: readonly string[];
  /** `stock` is socket.io-client; `lean` speaks the same wire at a tenth of the cost. */
  readonly kind: 'stock' | 'lean';
  /** Where it connects; without it wherever the others do. */
  readonly port?: number;
  /** Comes back as if it had never been there: the control of the position. */
  readonly forgetful?: boolean;
}

/** A time without the event lane, milliseconds since epoch. */
export interface Gap {
  readonly client: string;
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
}

export interface FollowerLog extends ClientLog {
  readonly group: string;
  readonly gaps: readonly Gap[];
}

interface Position {
  readonly epoch: string;
  readonly seq: number;
}
interface EventPayload extends Position {
  readonly id?: string;
  readonly orderId?: string;
}
interface Confirmation {
  readonly epoch: string;
  readonly head: number;
  readonly recovered: boolean;
}

/** Reads one page of the journal over HTTP; repeats until it has it. */
export type ReadPage = (
  spec: ClientSpec,
  position: Position,
) => Promise<{ epoch: string; head: number; events: readonly { payload: EventPayload }[] }>;

/**
 * What a careful client remembers of the event lane: its position, which it resumes from, and everything it
 * received. It repairs nothing by itself: what the service owes it must come from the service.
 */
export interface Follower {
  /** Payload of `subscribe:trades`: nothing the first time. */
  resumeFrom(): { epoch: string; after: number } | undefined;
  confirmed(confirmation: Confirmation): void;
  received(payload: EventPayload): void;
  connectedTo(replica: string): void;
  disconnected(): void;
  /** Following, and not fetching what it missed. */
  isFollowing(): boolean;
  position(): Position | null;
  log(): FollowerLog;
}

export function createFollower(spec: ClientSpec, { readPage }: { readonly readPage: ReadPage }): Follower {
  const { client, group, userId, forgetful = false } = spec;
  const received: Received[] = [];
  const gaps: { client: string; from: number; to: number | null }[] = [];
  let from: Position | null = null;
  let position: Position | null = null;
  let replica = '';
  let following = false;
  /** Live events that wait until the missed ones have been fetched. */
  let held: EventPayload[] | null = null;

  const take = (payload: EventPayload): void => {
    const { epoch, seq } = payload;
    received.push({ epoch, seq, id: payload.id ?? payload.orderId ?? '', at: Date.now(), replica });
    if (!position || epoch !== position.epoch || seq > position.seq) position = { epoch, seq };
  };

  async function fetchMissed(epoch: string, head: number): Promise<void> {
    const waiting: EventPayload[] = [];
    held = waiting;
    while (position && (position.epoch !== epoch || position.seq < head)) {
      const page = await readPage(spec, position);
      if (held !== waiting) return;
      if (page.events.length === 0) break;
      for (const { payload } of page.events) take(payload);
    }
    held = null;
    for (const payload of waiting) take(payload);
  }

  return {
    resumeFrom: () =>
      position === null || forgetful ? undefined : { epoch: position.epoch, after: position.seq },
    confirmed({ epoch, head, recovered }) {
      following = true;
      const gap = gaps.at(-1);
      if (gap && gap.to === null) gap.to = Date.now();
      if (position === null) {
        from = { epoch, seq: head };
        position = from;
      } else if (!recovered && !forgetful) void fetchMissed(epoch, head);
    },
    received(payload) {
      if (held) held.push(payload);
      else take(payload);
    },
    connectedTo(name) {
      replica = name;
    },
    disconnected() {
      if (following) gaps.push({ client, from: Date.now(), to: null });
      following = false;
      held = null;
    },
    isFollowing: () => following && held === null,
    position: () => position,
    log: () => ({ client, group, userId, from: from ?? { epoch: '', seq: 0 }, received, gaps }),
  };
}
