/**
 * Makes a fresh clone ready: `node scripts/setup.mjs start|dev|test|cluster|servers`, run by npm before its
 * scripts. It must run on Node 20 and before anything is installed, hence plain JavaScript without packages.
 */
const OLDEST_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  console.error(
    `Tradecast needs Node ${OLDEST_NODE} or later with npm; this is Node ${process.versions.node}.`,
  );
  process.exit(1);
}
const { runSetup } = await import('./setup/run.mjs');
process.exit(await runSetup(process.argv[2] ?? 'start'));
