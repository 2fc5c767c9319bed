import type { BusLine } from '../../src/domain/bus/line.ts';

/** A line whose messages count as sent now, however old they are: the control of what drops old messages. */
export const agelessLine = (line: BusLine): BusLine => ({
  ...line,
  onReceive(listener) {
    line.onReceive((name, envelope) => listener(name, sentNow(name, envelope)));
  },
});

function sentNow(name: string, envelope: unknown): unknown {
  if (!isObject(envelope)) return envelope;
  const at = Date.now();
  // Quotes say once more when they were published.
  const message =
    name === 'quotes' && isObject(envelope.message) ? { ...envelope.message, at } : envelope.message;
  return { ...envelope, at, message };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
