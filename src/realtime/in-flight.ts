import type { Clock } from '../lib/clock.ts';

type Time = Pick<Clock, 'now'>;

/** The window before the first answer: the values of fifty symbols at once, which a line of 50 kbit/s carries in 2.6 s. */
export const FIRST_WINDOW_BYTES = 16 * 1024;
/** No window is smaller: a line that carries less than this in a second is of no use for prices. */
const MIN_WINDOW_BYTES = 4 * 1024;
/** The window of a line that is not thin, and so what may be on its way when it becomes one: 50 kbit/s carry it in 5.2 s. */
const WIDE_WINDOW_BYTES = 32 * 1024;
/** No window is larger, whatever a reader gets: the values of eight hundred symbols at once. */
const MAX_WINDOW_BYTES = 256 * 1024;
/** Less than this on its way needs no answer. */
const PROBE_BYTES = 4 * 1024;
/** A probe follows this much at the latest, so that a window of twice as much has room before all of it has arrived. */
const STEP_BYTES = 16 * 1024;
/** Most probes under way: a client that answers none is asked no more. */
const MAX_PROBES = 32;
/** Pause between two probes of a reader that gets little. */
const PROBE_INTERVAL_MS = 1_000;
/** What a window holds should arrive within this time: an answer that takes longer shrinks it, and state waits for it. */
const AIM_MS = 1_000;
/** An answer this quick shows that the line carries more than the window lets through. */
const QUICK_MS = 500;
/** How much longer than usual an answer may take on a line that carries more than a full window: a turn of both processes. */
const USUAL_MS = 50;
/** The usual time falls to that of a quicker answer at once, and follows a slower one by this part: some ten seconds. */
const USUAL_PART = 1 / 64;
/** A window that was never half full shrinks by this part with each answer. */
const SPARE_PART = 1 / 4;
/** Behind an answer this late, all that is written now will be late as well. */
const LATE_MS = 2_000;
/** Events do not wait for the state on its way; this much of them may be on its way as well. */
const EVENT_BYTES = 32 * 1024;

/** One list for all peers for whom nothing waits, or who have not been asked. */
const NONE: readonly never[] = [];

/** A question behind what has been written, of which the client has yet to say that it arrived. */
interface Probe {
  /** All bytes written before it. */
  readonly written: number;
  /** Those that were on their way then. */
  readonly bytes: number;
  /** Milliseconds since epoch. */
  readonly at: number;
}

/**
 * What is on its way to one client: written, and not known to have arrived. The kernels of both sides and the proxies
 * between them keep what a thin line has yet to carry, and none of them can be asked. Only the client can: its answer to
 * a probe shows that everything before the probe has arrived. Several probes may be under way; they are answered in
 * their order. The time of an answer sets the window: how much may be on its way. On a thin line that is what arrives
 * within a second or two. On any other it is as little as keeps the line busy, because such a line may become thin. A
 * class, because thousands of peers have one each.
 */
export class InFlight {
  #written = 0;
  #arrived = 0;
  #window = FIRST_WINDOW_BYTES;
  /** Those without an answer, oldest first. */
  #probes: readonly Probe[] = NONE;
  /** Of the last probe: what had been written, and the time in milliseconds since epoch. */
  #probed = 0;
  #probedAt = 0;
  /** What an answer takes while nothing holds it up, milliseconds. */
  #usualMs = Number.POSITIVE_INFINITY;
  /** Whether the window has held something back since the last answer. */
  #isFull = false;
  #waiting: readonly (() => void)[] = NONE;

  bytes(): number {
    return this.#written - this.#arrived;
  }

  /** All bytes that are known to have arrived. */
  arrivedBytes(): number {
    return this.#arrived;
  }

  /** How many probes have no answer yet. */
  probes(): number {
    return this.#probes.length;
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
    if (this.bytes() >= this.#window) this.#isFull = true;
  }

  /** Whether a probe should follow what has been written, and these bytes. */
  isProbeDue(clock: Time, more = 0): boolean {
    const bytes = this.#written - this.#probed + more;
    if (bytes < PROBE_BYTES || this.#probes.length >= MAX_PROBES) return false;
    const step = Math.max(Math.min(this.#window / 2, STEP_BYTES), this.#window / 4);
    return bytes >= step || clock.now() - this.#probedAt >= PROBE_INTERVAL_MS;
  }

  /** A probe is on its way behind everything written so far. */
  probe(clock: Time): void {
    this.#probed = this.#written;
    this.#probedAt = clock.now();
    this.#probes = [...this.#probes, { written: this.#probed, bytes: this.bytes(), at: this.#probedAt }];
  }

  /** The client has answered its oldest probe; or as many at once, with the answer to the last of them. */
  answered(clock: Time, count = 1): void {
    const probe = this.#probes[count - 1];
    if (!probe) return;
    this.#probes = this.#probes.length === count ? NONE : this.#probes.slice(count);
    const most = this.bytes();
    this.#arrived = probe.written;
    // A few bytes say nothing about the line.
    if (probe.bytes >= PROBE_BYTES) this.#resize(probe.bytes, most, clock.now() - probe.at);
    this.#isFull = false;
    this.#wake();
  }

  /** Calls back at once, or when the client has answered for enough of the events that are on their way. */
  whenRoomForEvents(callback: () => void): void {
    if (this.#hasRoomForEvents()) callback();
    else this.#waiting = [...this.#waiting, callback];
  }

  /** Where little is on its way, no window would make it less. */
  #isAnswerOver(ms: number, clock: Time): boolean {
    for (const { written, at } of this.#probes)
      if (written - this.#arrived >= PROBE_BYTES) return clock.now() - at >= ms;
    return false;
  }

  #hasRoomForEvents(): boolean {
    return this.bytes() < this.#window + EVENT_BYTES;
  }

  /** So many bytes took so long, and the most that was on its way meanwhile. */
  #resize(bytes: number, most: number, tookMs: number): void {
    const window = this.#window;
    if (tookMs <= this.#usualMs) this.#usualMs = tookMs;
    else this.#usualMs += (tookMs - this.#usualMs) * USUAL_PART;
    if (tookMs > AIM_MS) this.#window = Math.max(MIN_WINDOW_BYTES, (bytes * AIM_MS) / tookMs);
    else if (window < WIDE_WINDOW_BYTES) {
      if (tookMs <= QUICK_MS && bytes >= window / 2) this.#window = Math.min(WIDE_WINDOW_BYTES, window * 2);
    } else if (this.#isFull) {
      // A far reader, or one of many symbols. Where the answer took longer than usual, the line has no more to give.
      if (tookMs <= QUICK_MS && tookMs <= this.#usualMs + USUAL_MS)
        this.#window = Math.min(MAX_WINDOW_BYTES, window * 2);
    } else if (most < window / 2) this.#window = Math.max(WIDE_WINDOW_BYTES, window * (1 - SPARE_PART));
  }

  #wake(): void {
    if (this.#waiting.length === 0 || !this.#hasRoomForEvents()) return;
    const waiting = this.#waiting;
    this.#waiting = NONE;
    for (const callback of waiting) callback();
  }
}
