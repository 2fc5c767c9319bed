import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { StartupError } from '../../lib/startup-error.ts';

const secretsSchema = z.strictObject({
  sessionSecret: z.string().min(32),
  hookSecret: z.string().min(32),
  demoPassword: z.string().min(10),
});
export type GeneratedSecrets = z.output<typeof secretsSchema>;

/**
 * Secrets for a service nobody configured: made once and kept beside the embedded database, readable by the
 * owner only. Throws a sentence where the file is there but not ours.
 */
export async function loadOrCreateSecrets(dataDir: string): Promise<GeneratedSecrets> {
  const file = path.join(dataDir, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new StartupError(`${file} cannot be read: ${error.message}. Check DATA_DIR.`, { cause: error });
  });
  if (text !== null) {
    const secrets = secretsSchema.safeParse(parseJson(text));
    if (!secrets.success)
      throw new StartupError(`${file} does not hold the secrets of this service: restore or remove it.`);
    return secrets.data;
  }

  const secrets: GeneratedSecrets = {
    sessionSecret: randomBytes(32).toString('hex'),
    hookSecret: randomBytes(32).toString('hex'),
    demoPassword: `demo-${randomBytes(6).toString('hex')}`,
  };
  // A half-written file would be refused at the next start.
  const draft = `${file}.${process.pid}`;
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    throw new StartupError(`${file} cannot be written: ${(error as Error).message}. Check DATA_DIR.`, {
      cause: error,
    });
  }
  return secrets;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
