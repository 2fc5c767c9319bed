/**
 * Who speaks for the signals that the simulated market makes. No secret speaks for it, so what it marks as a demo was sent
 * by nobody.
 */
export const DEMO_SOURCE = 'demo-averages';
/** Whom the secret speaks for that a service makes at its first start. */
export const FIRST_SOURCE = 'demo';
