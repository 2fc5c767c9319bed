import { type GeneratedSecrets, loadOrCreateSecrets } from '../adapters/local/secrets-file.ts';
import type { Config, Secrets, SourceSecret } from '../config/index.ts';
import { FIRST_SOURCE } from '../protocol/signal-sources.ts';
import type { Capability } from './part.ts';

/** Secrets that sign and verify: configured, or generated once and then read from a file at the start. */
export interface Keys {
  /** The first signs, all are accepted; empty before the start. */
  session(): readonly string[];
  /** Of messages between replicas. */
  bus(): readonly string[];
  hook(): readonly string[];
  /** Empty where the operator's routes are closed. */
  operator(): readonly string[];
  /** Empty where no signals are taken. */
  signal(): readonly SourceSecret[];
  /** Null where there is no demo account. */
  demoPassword(): string | null;
}

export function createKeys(
  { dataDir, production, accounts }: Config,
  { session, bus, hook, operator, signal }: Secrets,
): Capability<Keys> {
  const isComplete =
    production || !(accounts.demoAccount || [session, hook, operator, signal].includes(null));
  let generated: GeneratedSecrets | null = null;
  const listOf = (secret: string | undefined): readonly string[] => (secret === undefined ? [] : [secret]);

  const sessionSecrets = (): readonly string[] => session ?? listOf(generated?.sessionSecret);

  return {
    name: 'keys',
    faces: {
      session: sessionSecrets,
      bus: () => bus ?? sessionSecrets(),
      hook: () => hook ?? listOf(generated?.hookSecret),
      operator: () => operator ?? listOf(generated?.operatorSecret),
      signal: () =>
        signal ?? listOf(generated?.signalSecret).map((secret) => ({ source: FIRST_SOURCE, secret })),
      demoPassword: () => (accounts.demoAccount ? (generated?.demoPassword ?? null) : null),
    },
    async start() {
      if (!isComplete) generated = await loadOrCreateSecrets(dataDir);
    },
  };
}
