import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

/** A field of a log line with one of these names is replaced before it is written. */
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
 * JSON lines on standard output; on a terminal a readable form of them. One child per part:
 * `logger.child({ part: 'feed' })`.
 */
export function createLogger(options: {
  level: string;
  terminal: boolean;
  /** Standard output by default. */
  destination?: DestinationStream;
}): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: serializeError },
    redact: {
      paths: REDACTED.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[redacted]',
    },
    ...(options.terminal && {
      transport: {
        target: 'pino-pretty',
        options: {
          translateTime: 'SYS:HH:MM:ss.l',
          ignore: 'part,requestId',
          singleLine: true,
          messageFormat: '{if part}[{part}] {end}{msg}',
        },
      },
    }),
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

/** Only the fields of an error that find the bug: libraries attach whole requests, with their headers, to theirs. */
function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: error.code } : {};
  return {
    type: name,
    message,
    stack,
    ...code,
    ...(cause !== undefined && { cause: serializeError(cause) }),
  };
}
