/** Version of docs/protocol.md; `connected` carries it. */
export const PROTOCOL_VERSION = 2;
/** Versions that this release understands: during a deployment, pages of the previous release are open. */
export const SPOKEN_PROTOCOLS: readonly number[] = [PROTOCOL_VERSION, 1];
