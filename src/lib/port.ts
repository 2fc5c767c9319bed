import { type AddressInfo, createServer, type Server } from 'node:net';
import { StartupError } from './startup-error.ts';

/**
 * Throws a StartupError where this address is taken or invalid. Port 0 is always free.
 */
export async function assertPortIsFree(port: number, host: string): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(toStartupError(error, port, host)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** Begins to listen; resolves with the address by which a browser on this machine reaches it. Throws StartupError. */
export function listenOn(server: Server, port: number, host: string): Promise<{ port: number; url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(toStartupError(error, port, host)));
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      const named = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
      resolve({ port: taken, url: `http://${named.includes(':') ? `[${named}]` : named}:${taken}` });
    });
  });
}

/** The sentence for an address that is not available. */
function toStartupError(error: NodeJS.ErrnoException, port: number, host: string): StartupError {
  const problem =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use: stop what listens there, or set PORT.`
      : `Cannot listen on ${host}:${port}: ${error.message}.`;
  return new StartupError(problem, { cause: error });
}
