import { createDisposer } from '../lib/disposer.ts';
import type { Log } from '../lib/log.ts';

/** What begins and ends together. Building it does nothing outside of the process's memory. */
export interface Part {
  readonly name: string;
  /** Resolves when it works. */
  start?(): void | Promise<void>;
  /** The start under way is not wanted any more: it fails soon, where it can. */
  cancel?(): void;
  /** Accepts nothing new, and ends or hands over what is under way. Every part drains before the first one stops. */
  drain?(): void | Promise<void>;
  /** Runs only where `start` succeeded. */
  stop?(): void | Promise<void>;
}

/** A part, and what others use of it. */
export interface Capability<Faces> extends Part {
  readonly faces: Faces;
}

/** The stop came before the start was through. */
export class StartCancelledError extends Error {
  constructor() {
    super('Stopped before the start was through.');
    this.name = 'StartCancelledError';
  }
}

/** A list of parts that runs forward on start and back on stop. */
export interface Lifecycle {
  /**
   * Throws what the first part threw that could not start; the parts before it stay started. Throws
   * StartCancelledError where `cancel` came first: a part may also fail because of what cancelled the start.
   */
  start(): Promise<void>;
  /** No further part starts, and the one that starts now ends soon. */
  cancel(): void;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export function createLifecycle(parts: readonly Part[], log: Log): Lifecycle {
  const closing = createDisposer();
  const started: Part[] = [];
  let starting: Part | null = null;
  let cancelled = false;

  async function startOne(part: Part): Promise<void> {
    starting = part;
    try {
      await part.start?.();
    } catch (error) {
      if (!cancelled) throw error;
      // A Ctrl-C reaches every process of the terminal, those that a part waits for as well.
      log.debug({ err: error, part: part.name }, 'a part did not start before the stop');
      throw new StartCancelledError();
    } finally {
      starting = null;
    }
    started.push(part);
    closing.add(part.name, () => part.stop?.());
  }

  return {
    async start() {
      for (const part of parts) {
        if (cancelled) throw new StartCancelledError();
        await startOne(part);
      }
    },
    cancel() {
      cancelled = true;
      starting?.cancel?.();
    },
    async drain() {
      const draining = started.map(async (part) => {
        try {
          await part.drain?.();
        } catch (error) {
          log.error({ err: error, part: part.name }, 'a part did not drain cleanly');
        }
      });
      await Promise.all(draining);
    },
    stop: () =>
      closing.dispose((name, error) => log.error({ err: error, part: name }, 'a part did not close cleanly')),
  };
}
