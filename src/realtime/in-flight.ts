import type { Clock } from '../lib/clock.ts';

type Time = Pick<Clock, 'now'>;

/** The window before the first answer: the values of fifty symbols at once, which a line of 50 kbit/s carries in 2.6 s. */
export const FIRST_WINDOW_BYTES = 16 * 1024;
/** No window is smaller: a line that carries less than this in a second is of no use for prices. */
const MIN_WINDOW_BYTES = 4 * 1024;
/** No window is larger: this much may be on its way when a fast line becomes a thin one. */
const MAX_WINDOW_BYTES = 256 * 1024;
/** Less than this on its way needs no answer. A probe costs the service as much as ten quotes. */
const PROBE_BYTES = 4 * 1024;
/** Pause between two probes of a reader whose window is far from full. */
const PROBE_INTERVAL_MS = 1_000;
/** What a window holds should arrive within this time. State waits for an answer that takes longer. */
const AIM_MS = 1_000;
/** An answer this quick shows that the line carries more than the window lets through. */
const QUICK_MS = 500;
/** An answer this late shows that it carries less. */
const LATE_MS = 2_000;
/** Events do not wait for the state on its way; this much of them may be on its way as well. */
const EVENT_BYTES = 32 * 1024;

/** One list for all peers for whom nothing waits. */
const NOBODY: readonly (() => void)[] = [];

/**
 * What is on its way to one client: written, and not known to have arrived. The kernels of both sides and the proxies
 * between them keep what a thin line has yet to carry, and none of them can be asked. Only the client can: its answer to
 * a probe shows that everything before the probe has arrived. The time it took sets the window: how much may be on its
 * way, so that it arrives within a second or two. A class, because thousands of peers have one each.
 */
export class InFlight {
  #written = 0;
  #arrived = 0;
  #window = FIRST_WINDOW_BYTES;
  /** `#written` at the probe that waits for its answer; -1 while none does. */
  #probed = -1;
  /** Time of the last probe, milliseconds since epoch. */
  #probedAt = 0;
  #waiting = NOBODY;

  bytes(): number {
    return this.#written - this.#arrived;
  }

  /** All bytes that are known to have arrived. */
  arrivedBytes(): number {
    return this.#arrived;
  }

  isProbed(): boolean {
    return this.#probed >= 0;
  }

  /** Bytes of state that may be written now. */
  room(clock: Time): number {
    if (this.#isAnswerOver(AIM_MS, clock)) return 0;
    return Math.max(0, this.#window - this.bytes());
  }

  /** Whether the client has left a probe unanswered for so long that everything behind it will be late. */
  isLate(clock: Time): boolean {
    return this.#isAnswerOver(LATE_MS, clock);
  }

  wrote(bytes: number): void {
    this.#written += bytes;
  }

  /** Whether a probe should follow what has been written, and these bytes. */
  isProbeDue(clock: Time, more = 0): boolean {
    const bytes = this.bytes() + more;
    if (bytes < PROBE_BYTES || this.#probed >= 0) return false;
    return bytes >= this.#window / 2 || clock.now() - this.#probedAt >= PROBE_INTERVAL_MS;
  }

  /** A probe is on its way behind everything written so far. */
  probe(clock: Time): void {
    this.#probed = this.#written;
    this.#probedAt = clock.now();
  }

  /** The client has answered the probe. */
  answered(clock: Time): void {
    if (this.#probed < 0) return;
    const bytes = this.#probed - this.#arrived;
    this.#arrived = this.#probed;
    this.#probed = -1;
    this.#resize(bytes, clock.now() - this.#probedAt);
    this.#wake();
  }

  /** Calls back at once, or when the client has answered for enough of the events that are on their way. */
  whenRoomForEvents(callback: () => void): void {
    if (this.#hasRoomForEvents()) callback();
    else this.#waiting = [...this.#waiting, callback];
  }

  /** Where little is on its way, no window would make it less. */
  #isAnswerOver(ms: number, clock: Time): boolean {
    return this.#probed - this.#arrived >= PROBE_BYTES && clock.now() - this.#probedAt >= ms;
  }

  #hasRoomForEvents(): boolean {
    return this.bytes() < this.#window + EVENT_BYTES;
  }

  #resize(bytes: number, tookMs: number): void {
    // A few bytes say nothing about the line.
    if (bytes < PROBE_BYTES) return;
    if (tookMs >= LATE_MS) this.#window = Math.max(MIN_WINDOW_BYTES, (bytes * AIM_MS) / tookMs);
    else if (tookMs <= QUICK_MS && bytes >= this.#window / 2)
      this.#window = Math.min(MAX_WINDOW_BYTES, this.#window * 2);
  }

  #wake(): void {
    if (this.#waiting.length === 0 || !this.#hasRoomForEvents()) return;
    const waiting = this.#waiting;
    this.#waiting = NOBODY;
    for (const callback of waiting) callback();
  }
}
