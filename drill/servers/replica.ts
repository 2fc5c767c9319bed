/** The service as src/main.ts runs it, with what a drill changes: reads DRILL_SEAMS beside its environment. */
import { createApp } from '../../src/app/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { createLogger } from '../../src/logger.ts';
import { type Seams, toOverrides } from '../support/seams.ts';

/** Beyond the drain: a shutdown that hangs is a finding, not a reason to hang with it. */
const STOP_TIMEOUT_MS = 15_000;

const seams = JSON.parse(process.env.DRILL_SEAMS ?? '{}') as Seams;
const { config, secrets } = readConfig();
const log = createLogger({ level: config.logLevel, terminal: false });
const app = await createApp(config, secrets, { log, ...toOverrides(seams) });

let stopping = false;
process.on('SIGTERM', () => {
  if (seams.without?.includes('drain')) process.exit(0);
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS + config.drainSeconds * 1_000).unref();
  app.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error({ err: error }, 'the shutdown failed');
      process.exit(1);
    },
  );
});
await app.start();
