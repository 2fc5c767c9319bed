/** What the peer needs of engine.io and is missing from its types. */
export interface EngineTransport {
  readonly name: string;
  readonly writable: boolean;
  /** The `ws` socket of a WebSocket transport. */
  readonly socket?: {
    readonly bufferedAmount: number;
    readonly _socket?: { readonly bytesWritten: number; readonly writableLength: number };
    close(code: number, reason: string): void;
    terminate(): void;
  };
}

interface BufferedPacket {
  readonly data?: unknown;
  readonly options?: { readonly wsPreEncodedFrame?: readonly Buffer[] };
}

export const transportOf = (conn: { readonly transport: unknown }): EngineTransport =>
  conn.transport as EngineTransport;

/** Packets that engine.io has not passed to the transport yet. */
export const writeBufferOf = (conn: object): readonly BufferedPacket[] =>
  (conn as { readonly writeBuffer: readonly BufferedPacket[] }).writeBuffer;
