import path from 'node:path';

/** The recorded market data that lies beside the project; tests read it there and copy none of it. */
export const sharedData = (...parts: string[]): string =>
  path.resolve(import.meta.dirname, '../../../shared/data', ...parts);
