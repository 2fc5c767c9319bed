/** Exactly one replica is the engine: it holds the upstream feed and the executor. */
export interface EngineLease {
  /** The fencing number while this replica holds the lease, else null. Rises with every change of holder. */
  current(): number | null;
  /** Name of the holder as far as this replica knows. */
  holder(): string | null;
  /** Called with the fencing number when the lease is won and with null when it is lost. */
  onChange(listener: (fencing: number | null) => void): () => void;
  start(): Promise<void>;
  /** Lets go of the lease, for whoever asks next; that may be this replica again, under a new number. */
  release(): Promise<void>;
  /** Lets go and asks no more. */
  stop(): Promise<void>;
}
