import { createServer } from 'node:net';
import { StartupError } from './startup-error.ts';

/**
 * Throws a StartupError where nobody can listen on this address now. Asked before anything else is opened: a
 * second service on a taken port must not migrate the database of the first. Port 0 is always free.
 */
export async function assertPortIsFree(port: number, host: string): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(toStartupError(error, port, host)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** The sentence for an address that cannot be listened on. */
export function toStartupError(error: NodeJS.ErrnoException, port: number, host: string): StartupError {
  const problem =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use: stop what listens there, or set PORT.`
      : `Cannot listen on ${host}:${port}: ${error.message}.`;
  return new StartupError(problem, { cause: error });
}
