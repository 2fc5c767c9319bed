import { buildDashboard, dashboardIsBuilt } from './dashboard.mjs';
import { installPackages, packagesAreInstalled, requireNode } from './packages.mjs';
import { SetupError, step, stopChildrenOnSignal } from './process.mjs';
import { installPythonPackages, pythonPackagesAreInstalled } from './python.mjs';
import { withSetupLock } from './setup-lock.mjs';
import { installTools, missingTools, TOOLS } from './tools.mjs';

const packages = { title: 'Installing the packages', done: packagesAreInstalled, run: installPackages };
const dashboard = { title: 'Building the dashboard', done: dashboardIsBuilt, run: buildDashboard };
/** Debian's packages, of which each is installed only where its program is missing. */
const tools = (...names) => ({
  title: `Installing ${names.map((name) => TOOLS[name].title).join(', ')}`,
  done: () => missingTools(names).length === 0,
  run: () => installTools(names),
});
const python = {
  title: 'Installing the packages of the Python examples',
  done: pythonPackagesAreInstalled,
  run: installPythonPackages,
};
const servers = tools('postgres', 'redis');

const STEPS = {
  start: [packages, dashboard],
  dev: [packages],
  test: [packages, dashboard, tools('postgres', 'redis', 'chromium', 'pip'), python],
  cluster: [packages, dashboard, servers],
  servers: [packages, servers],
};

/** Does what is left to do for `npm <goal>`; answers with the exit code. Says nothing where all is done. */
export async function runSetup(goal) {
  const steps = STEPS[goal];
  if (!steps) {
    console.error(`There is no set-up for "${goal}": use ${Object.keys(STEPS).join(', ')}.`);
    return 1;
  }
  stopChildrenOnSignal();
  try {
    if (!steps.every(({ done }) => done())) {
      await withSetupLock(async () => {
        // Another terminal may have done it while this one waited for the lock.
        for (const { title, done, run } of steps) if (!done()) await step(title, run);
      });
    }
    await requireNode();
    return 0;
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : `The set-up failed: ${error.message}.`);
    return 1;
  }
}
