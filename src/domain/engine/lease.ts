/** Exactly one replica is the engine: it runs the upstream feed and the executor. */
export interface EngineLease {
  /**
   * The fencing number while this replica holds the lease, else null. It rises with every change of engine. Judged by
   * our own clock in this moment: a stalled process gets null on waking, before any message has arrived. Ask right
   * before something leaves the process; a remembered number may be an old one.
   */
  current(): number | null;
  /** Name of the engine, as far as this replica knows. */
  engine(): string | null;
  /** The highest fencing number that the database has reported; null before the first answer. */
  newest(): number | null;
  /** Called with the fencing number when the lease is won and with null soon after it is lost. */
  onChange(listener: (fencing: number | null) => void): () => void;
  start(): Promise<void>;
  /** Ends the lease, for the replica that asks next, and asks no more. */
  stop(): Promise<void>;
}
