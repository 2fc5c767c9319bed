import { accessSync, constants, readdirSync } from 'node:fs';
import path from 'node:path';
import { run, SetupError } from './process.mjs';

/** Debian keeps the server programs of PostgreSQL off the PATH, in a folder per version. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

/** What is started besides Node, each with the programs that will do and Debian's package. */
export const TOOLS = {
  postgres: { title: 'PostgreSQL', programs: ['postgres'], package: 'postgresql' },
  redis: { title: 'Redis', programs: ['redis-server'], package: 'redis-server' },
  chromium: {
    title: 'Chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    package: 'chromium',
  },
  pip: { title: 'pip', programs: ['pip3'], package: 'python3-pip' },
};

/** Path of the program of this name in TOOLS, or null. */
export function findTool(name) {
  for (const program of TOOLS[name].programs) {
    for (const folder of searchFolders()) {
      const file = path.join(folder, program);
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

/** Those of these names in TOOLS that are not installed. */
export const missingTools = (names) => names.filter((name) => findTool(name) === null);

/** Installs what is missing of these with apt-get; where it cannot, says what to install. */
export async function installTools(names) {
  const missing = missingTools(names).map((name) => TOOLS[name]);
  const packages = missing.map((tool) => tool.package);
  const advice = `${missing.map((tool) => tool.title).join(', ')} must be installed (Debian and Ubuntu: apt-get install ${packages.join(' ')}); then start again.`;
  const asRoot = await rootPrefix();
  if (!asRoot || !findOnPath('apt-get')) throw new SetupError(advice);

  const { code, output } = await run(asRoot[0], [...asRoot.slice(1), 'sh', '-c', INSTALL, 'sh', ...packages]);
  if (code !== 0)
    throw new SetupError(`apt-get could not install ${packages.join(' ')}: ${lastError(output)}\n${advice}`);
  if (missingTools(names).length > 0) throw new SetupError(advice);
}

// The policy file keeps the new services from starting: ours are started on their own ports and folders.
const INSTALL = `
set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
apt-get update -q
apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
`;

/** How to become root without a question, or null. */
async function rootPrefix() {
  if (process.getuid?.() === 0) return ['env'];
  const { code } = await run('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n'] : null;
}

function lastError(output) {
  const errors = output.split('\n').filter((line) => /^(E:|dpkg: error)/.test(line));
  return errors.at(-1) ?? 'it did not say why.';
}

const findOnPath = (program) => pathFolders().some((folder) => isExecutable(path.join(folder, program)));
const pathFolders = () => (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);

function searchFolders() {
  let versions = [];
  try {
    versions = readdirSync(POSTGRES_VERSIONS).sort((a, b) => Number(b) - Number(a));
  } catch {
    // No Debian package of PostgreSQL here.
  }
  return [...pathFolders(), ...versions.map((version) => path.join(POSTGRES_VERSIONS, version, 'bin'))];
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
