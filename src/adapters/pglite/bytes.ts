/**
 * One array with memory of its own, which can be transferred to another thread. (Buffer.concat would use Node's
 * shared pool, and posting a part of the pool copies the pool.)
 */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
