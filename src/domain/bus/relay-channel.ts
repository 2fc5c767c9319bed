/** A slow way to all replicas, the sender included, that needs no Redis: short texts. */
export interface RelayChannel {
  /** A text has at most this many bytes. */
  readonly maxBytes: number;
  /** In this order, or not at all. Rejects where they could not be sent. */
  send(texts: readonly string[]): Promise<void>;
  /** There is one listener. */
  onText(listener: (text: string) => void): void;
  start(): void;
  stop(): void;
}
