/** FIN and opcode 1: one complete text message. */
export const WHOLE_TEXT = 0x81;
/** The length stands in the two bytes behind the header; every smaller number is the length itself. */
export const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;

/**
 * A text message as a server sends it: unmasked and, compression being off, the same bytes for every client
 * (RFC 6455, section 5.2).
 */
export function toTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < LENGTH_IN_16_BITS ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = WHOLE_TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = LENGTH_IN_16_BITS;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_IN_64_BITS;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
