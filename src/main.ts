/** The only file that knows the process: environment → config → app; signals → stop; exit code. */
import { existsSync } from 'node:fs';
import { createApp, StartCancelledError } from './app/index.ts';
import { checkRecording } from './app/recording-check.ts';
import { ConfigError, readConfig } from './config/index.ts';
import { StartupError } from './lib/startup-error.ts';
import { createLogger } from './logger.ts';

/** Cuts short a shutdown that hangs, so that the next start finds the port and the folder free. */
const STOP_TIMEOUT_MS = 15_000;
/** The last line reaches a pipe in this time. */
const EXIT_GRACE_MS = 250;

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { config, secrets, notices } = readConfig(undefined, checkRecording);
  const log = createLogger({ level: config.logLevel, terminal: process.stdout.isTTY });
  for (const notice of notices) log.warn({}, notice);
  const app = createApp(config, secrets, { log });

  let stopping: Promise<void> | null = null;
  const stop = (signal: string): void => {
    if (stopping) return;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS + config.drainSeconds * 1_000).unref();
    stopping = app.stop().then(
      () => log.info({}, 'stopped'),
      (error: unknown) => {
        log.error({ err: error }, 'the shutdown failed');
        process.exitCode = 1;
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  const { url, demo } = await app.start();
  log.info({ url }, 'WebSocket server initialized');
  console.log(`\nTradecast is running at ${url}`);
  if (demo)
    console.log(`Sign in with the demo account: user name ${demo.username}, password ${demo.password}`);
  console.log('');
}

main().catch((error: unknown) => {
  if (error instanceof StartCancelledError) return;
  // What a person can put right is one sentence; anything else comes with the stack that finds the bug.
  const isSentence = error instanceof ConfigError || error instanceof StartupError;
  console.error(isSentence ? error.message : error);
  process.exitCode = 1;
  // Parts that have started must not keep a failed process alive.
  setTimeout(() => process.exit(1), EXIT_GRACE_MS).unref();
});
