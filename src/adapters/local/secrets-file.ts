import { hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { StartupError } from '../../lib/startup-error.ts';

const secretsSchema = z.strictObject({
  sessionSecret: z.string().min(32),
  hookSecret: z.string().min(32),
  operatorSecret: z.string().min(32),
  /** Of `FIRST_SOURCE`. */
  signalSecret: z.string().min(32),
  demoPassword: z.string().min(10),
});
export type GeneratedSecrets = z.output<typeof secretsSchema>;
/** A file of an earlier release lacks the secrets that are newer than itself. */
const keptSchema = secretsSchema.partial({ operatorSecret: true, signalSecret: true });

/**
 * Secrets for a service without configuration: made once and kept beside the embedded database, readable by the owner
 * only. Throws StartupError where the file exists but is not ours.
 */
export async function loadOrCreateSecrets(dataDir: string): Promise<GeneratedSecrets> {
  const file = path.join(dataDir, 'secrets.json');
  const kept = await readSecrets(file);
  if (kept) return complete(file, kept);
  const sessionSecret = randomBytes(32).toString('hex');
  const secrets: GeneratedSecrets = {
    sessionSecret,
    hookSecret: randomBytes(32).toString('hex'),
    operatorSecret: deriveFrom(sessionSecret, 'operator'),
    signalSecret: deriveFrom(sessionSecret, 'signal'),
    demoPassword: `demo-${randomBytes(6).toString('hex')}`,
  };
  await writeSecrets(file, secrets, async (draft) => {
    // Of replicas that start at once, one makes them for all.
    await link(draft, file).catch(async (error: NodeJS.ErrnoException) => {
      // Not every file system has links; replicas do not share one without.
      if (error.code !== 'EEXIST') await rename(draft, file);
    });
  });
  const made = await readSecrets(file);
  return made ? complete(file, made) : secrets;
}

/** Adds what the file lacks. Replicas that start at once add the same. */
async function complete(file: string, kept: z.output<typeof keptSchema>): Promise<GeneratedSecrets> {
  const {
    operatorSecret = deriveFrom(kept.sessionSecret, 'operator'),
    signalSecret = deriveFrom(kept.sessionSecret, 'signal'),
  } = kept;
  const secrets = { ...kept, operatorSecret, signalSecret };
  const isComplete = kept.operatorSecret !== undefined && kept.signalSecret !== undefined;
  if (!isComplete) await writeSecrets(file, secrets, (draft) => rename(draft, file));
  return secrets;
}

/** A secret of its own for each use (RFC 5869): who knows it does not know the others. */
const deriveFrom = (secret: string, use: string): string =>
  Buffer.from(hkdfSync('sha256', secret, '', use, 32)).toString('hex');

/** Through a draft: a half-written file would be refused at the next start. */
async function writeSecrets(
  file: string,
  secrets: GeneratedSecrets,
  publish: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    await publish(draft);
    await rm(draft, { force: true });
  } catch (error) {
    throw new StartupError(`${file} cannot be written: ${(error as Error).message}. Check DATA_DIR.`, {
      cause: error,
    });
  }
}

async function readSecrets(file: string): Promise<z.output<typeof keptSchema> | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new StartupError(`${file} cannot be read: ${error.message}. Check DATA_DIR.`, { cause: error });
  });
  if (text === null) return null;
  const secrets = keptSchema.safeParse(parseJson(text));
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
