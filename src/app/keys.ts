import { type GeneratedSecrets, loadOrCreateSecrets } from '../adapters/local/secrets-file.ts';
import type { Config, Secrets } from '../config/index.ts';
import type { Capability } from './part.ts';

/** Secrets that sign and verify: configured, or generated once and then read from a file at the start. */
export interface Keys {
  /** The first signs, all are accepted; empty before the start. */
  session(): readonly string[];
  hook(): readonly string[];
  /** Null where there is no demo account. */
  demoPassword(): string | null;
}

export function createKeys({ dataDir, accounts }: Config, { session, hook }: Secrets): Capability<Keys> {
  const isComplete = session !== null && hook !== null && !accounts.demoAccount;
  let generated: GeneratedSecrets | null = null;
  const listOf = (secret: string | undefined): readonly string[] => (secret === undefined ? [] : [secret]);

  return {
    name: 'keys',
    faces: {
      session: () => session ?? listOf(generated?.sessionSecret),
      hook: () => hook ?? listOf(generated?.hookSecret),
      demoPassword: () => (accounts.demoAccount ? (generated?.demoPassword ?? null) : null),
    },
    async start() {
      if (!isComplete) generated = await loadOrCreateSecrets(dataDir);
    },
  };
}
