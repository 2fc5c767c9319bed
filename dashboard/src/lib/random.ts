/** Uniform in [0, 1), for spreading reconnects; nothing on screen depends on it. */
export const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;

/** An unguessable key. `crypto.randomUUID` is missing on plain http, which a LAN address is. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
