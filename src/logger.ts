import { type Logger, pino } from 'pino';

/** Whatever part of a log line bears one of these names is cut out before it is written. */
const REDACTED = [
  'password',
  'passwordHash',
  'sessionID',
  'sessionId',
  'secret',
  'apiKey',
  'authorization',
  'cookie',
  'set-cookie',
  'x-tradecast-signature',
];

/**
 * JSON lines on standard output; on a terminal the same in a readable form. One child per part:
 * `logger.child({ part: 'feed' })`.
 */
export function createLogger(options: { level: string; terminal: boolean }): Logger {
  return pino({
    level: options.level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: REDACTED.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[redacted]',
    },
    ...(options.terminal && {
      transport: {
        target: 'pino-pretty',
        options: {
          translateTime: 'SYS:HH:MM:ss.l',
          ignore: 'part',
          messageFormat: '{if part}[{part}] {end}{msg}',
        },
      },
    }),
  });
}
