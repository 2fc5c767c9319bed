/** Version of the wire contract in docs/protocol.md; sent in `connected`. */
export const PROTOCOL_VERSION = 1;
/** Versions that a server of this release understands; while a release goes out, pages of the one before are open. */
export const SPOKEN_PROTOCOLS: readonly number[] = [PROTOCOL_VERSION];
