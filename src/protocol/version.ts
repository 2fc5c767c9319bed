/** Version of the wire contract in docs/protocol.md; sent in `connected`. */
export const PROTOCOL_VERSION = 1;
