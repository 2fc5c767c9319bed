import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
 * Secrets for a service without configuration: made once and kept beside the embedded database, readable by the owner
 * only. Throws StartupError where the file exists but is not ours.
 */
export async function loadOrCreateSecrets(dataDir: string): Promise<GeneratedSecrets> {
  const file = path.join(dataDir, 'secrets.json');
  const kept = await readSecrets(file);
  if (kept) return kept;
  const secrets: GeneratedSecrets = {
    sessionSecret: randomBytes(32).toString('hex'),
    hookSecret: randomBytes(32).toString('hex'),
    demoPassword: `demo-${randomBytes(6).toString('hex')}`,
  };
  // A half-written file would be refused at the next start. Of replicas that start at once, one makes them for all.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    await link(draft, file).catch(async (error: NodeJS.ErrnoException) => {
      // Not every file system has links; replicas do not share one without.
      if (error.code !== 'EEXIST') await rename(draft, file);
    });
    await rm(draft, { force: true });
  } catch (error) {
    throw new StartupError(`${file} cannot be written: ${(error as Error).message}. Check DATA_DIR.`, {
      cause: error,
    });
  }
  return (await readSecrets(file)) ?? secrets;
}

async function readSecrets(file: string): Promise<GeneratedSecrets | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new StartupError(`${file} cannot be read: ${error.message}. Check DATA_DIR.`, { cause: error });
  });
  if (text === null) return null;
  const secrets = secretsSchema.safeParse(parseJson(text));
  if (!secrets.success)
    throw new StartupError(`${file} does not hold the secrets of this service: restore or remove it.`);
  return secrets.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
