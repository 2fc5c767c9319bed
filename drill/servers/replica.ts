/** The service as src/main.ts runs it, with what a drill changes: reads DRILL_SEAMS beside its environment. */
import { appendFileSync } from 'node:fs';
import { createRemoteBroker } from '../../rig/stand-ins/remote-broker.ts';
import { createScriptedMarket } from '../../rig/stand-ins/scripted-market.ts';
import { type AppOverrides, createApp } from '../../src/app/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/logger.ts';
import { agelessLine } from '../support/ageless-line.ts';
import { losingBus, type Seams } from '../support/seams.ts';
import { createUncheckedSource } from '../support/unchecked-source.ts';

/** A shutdown that hangs is a finding, not a reason to hang with it, milliseconds beyond the drain. */
const STOP_TIMEOUT_MS = 15_000;

const seams = JSON.parse(process.env.DRILL_SEAMS ?? '{}') as Seams;
const { config, secrets } = readConfig();
const log = createLogger({ level: config.logLevel, terminal: false });

/** All symbols in the same moment: what is measured is the service, not the number of writes. */
function movingMarket({ symbols, perSecond }: NonNullable<Seams['market']>): AppOverrides['marketSource'] {
  const market = createScriptedMarket(symbols);
  let round = 0;
  setInterval(() => {
    round += 1;
    for (const [index, symbol] of symbols.entries()) market.tick(symbol, 100 + index + (round % 100) / 100);
  }, 1_000 / perSecond);
  return market;
}

const { drop, brokerUrl } = seams;
function noteLoss(topic: string): void {
  if (drop?.lossesFile !== undefined) appendFileSync(drop.lossesFile, `${topic}\n`);
}
const app = await createApp(config, secrets, {
  log,
  ...(seams.market && { marketSource: movingMarket(seams.market) }),
  ...(seams.uncheckedUpstream && { marketSource: createUncheckedSource(seams.uncheckedUpstream) }),
  ...(seams.unprotected && { unprotected: seams.unprotected }),
  wrap: {
    ...(drop && { bus: (bus) => losingBus(bus, drop, noteLoss) }),
    ...(seams.ageless && { line: agelessLine }),
  },
  ...(brokerUrl !== undefined && {
    broker: () => createRemoteBroker({ url: brokerUrl, clock: systemClock }),
  }),
});

let stopping = false;
process.on('SIGTERM', () => {
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
