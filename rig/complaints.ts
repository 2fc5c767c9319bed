/** pino's number of `warn`. */
const WARN = 40;

interface LoggedError {
  readonly message: string;
  readonly cause?: LoggedError;
}

/** How often a log says what at `warn` and above, with the messages of its error and of the causes behind. */
export function complaintsIn(log: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of log.split('\n')) {
    if (line === '') continue;
    const { level, msg, err } = JSON.parse(line) as { level: number; msg: string; err?: LoggedError };
    if (level < WARN) continue;
    const text = err ? `${msg} (${messagesOf(err)})` : msg;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

const messagesOf = ({ message, cause }: LoggedError): string =>
  cause ? `${message}: ${messagesOf(cause)}` : message;
