/** Exactly one replica is the engine: it holds the upstream feed and the executor. */
export interface EngineLease {
  /**
   * The fencing number while this replica holds the lease, else null. Rises with every change of holder. Judged
   * by our own clock in this moment: a process that stood still gets null on waking, before anybody has told it.
   * Ask right before something leaves the process; a number that was remembered may be an old one.
   */
  current(): number | null;
  /** Name of the holder as far as this replica knows. */
  holder(): string | null;
  /** The highest fencing number that the database has told us of; null before the first answer. */
  newest(): number | null;
  /** Called with the fencing number when the lease is won and with null soon after it is lost. */
  onChange(listener: (fencing: number | null) => void): () => void;
  start(): Promise<void>;
  /**
   * Lets go of the lease, for whoever asks next; that may be this replica again, under a new number. With
   * `standAside` only where nobody else takes it, for a minute.
   */
  release(options?: { readonly standAside: boolean }): Promise<void>;
  /** Lets go and asks no more. */
  stop(): Promise<void>;
}
