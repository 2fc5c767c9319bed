/**
 * One array of its own memory, fit to be transferred to another thread. (Buffer.concat would take it from
 * Node's shared pool, and posting a part of the pool copies the pool.)
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
