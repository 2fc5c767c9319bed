/** The arrows of docs/architecture.md as a check over source files. */
import path from 'node:path';
import { importsOf, type SourceFile, withoutComments } from '../../rig/source-files.ts';

/** What each layer may import: layers by name, and packages. */
const ARROWS: Record<string, { readonly layers: readonly string[]; readonly packages: RegExp }> = {
  lib: { layers: ['lib'], packages: /^(big\.js|node:.*)$/ },
  // Shared with browsers: nothing of Node.
  protocol: { layers: ['protocol'], packages: /^zod$/ },
  // The outside reaches the domain through ports; what only computes on text is not the outside.
  domain: {
    layers: ['domain', 'protocol', 'lib'],
    packages: /^(node:(crypto|util)|cookie|cookie-signature|jose|zod)$/,
  },
  metrics: { layers: ['metrics', 'protocol', 'lib'], packages: /^prom-client$/ },
  config: { layers: ['config', 'domain', 'protocol', 'lib'], packages: /^$/ },
  adapters: { layers: ['adapters', 'domain', 'protocol', 'lib', 'metrics'], packages: /./ },
  realtime: { layers: ['realtime', 'domain', 'protocol', 'lib', 'metrics'], packages: /./ },
  http: { layers: ['http', 'domain', 'protocol', 'lib', 'metrics'], packages: /./ },
  logger: { layers: ['lib'], packages: /./ },
  // What joins the parts. Nobody imports main.
  app: {
    layers: [
      'app',
      'config',
      'metrics',
      'package',
      'adapters',
      'realtime',
      'http',
      'domain',
      'protocol',
      'lib',
    ],
    packages: /./,
  },
  main: { layers: ['app', 'config', 'logger', 'lib'], packages: /./ },
  dashboard: { layers: ['dashboard', 'protocol'], packages: /./ },
};

const SINGLE_FILES: Record<string, string> = {
  'src/main.ts': 'main',
  'src/logger.ts': 'logger',
};

/**
 * What each folder of the domain may import of the others. The bus knows no topic, so it imports no owner; an engine's
 * lease, the limits and the watchlist know nothing of the market or of orders.
 */
const DOMAIN_ARROWS: Readonly<Record<string, readonly string[]>> = {
  accounts: ['bus', 'trading'],
  bus: [],
  engine: ['bus'],
  hooks: ['accounts', 'bus', 'instrument', 'journal', 'trading'],
  instrument: [],
  journal: ['bus'],
  limits: [],
  market: ['bus', 'engine', 'instrument'],
  'off-exchange': ['bus', 'engine', 'market'],
  options: ['bus', 'instrument', 'market'],
  signals: ['bus', 'instrument', 'market', 'options'],
  monitor: ['bus'],
  trading: ['bus', 'engine', 'instrument', 'journal', 'market'],
  watchlist: [],
};

/** `src/http/app.ts` → `http`, `src/main.ts` → `main`; null for what is no layer, such as tests. */
const layerOf = (file: string): string | null => {
  if (file === 'package.json') return 'package';
  if (file.startsWith('dashboard/')) return 'dashboard';
  const [top, folder, ...rest] = file.split('/');
  if (top !== 'src' || folder === undefined) return null;
  return SINGLE_FILES[file] ?? (rest.length === 0 ? null : folder);
};

/** One sentence for each import that goes against the arrows. */
export function arrowViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const layer = layerOf(file.path);
    const arrows = layer === null ? undefined : ARROWS[layer];
    if (!arrows) return [`${file.path} is in no known layer`];
    return importsOf(file.text).flatMap((name) => {
      if (!name.startsWith('.')) {
        return arrows.packages.test(name) ? [] : [`${file.path}: ${layer} imports the package ${name}`];
      }
      const target = path.posix.join(path.posix.dirname(file.path), name);
      const targetLayer = layerOf(target);
      return targetLayer !== null && arrows.layers.includes(targetLayer)
        ? []
        : [`${file.path}: ${layer} imports ${target}`];
    });
  });
}

/** What each folder beside the product may import of the checkout; `src` stands for the server and the dashboard. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  local: ['local', 'src'],
  // What benchmarks, drills and tests share; real servers are those of the local cluster.
  rig: ['rig', 'local', 'src'],
  bench: ['bench', 'rig', 'local', 'src'],
  drill: ['drill', 'rig', 'local', 'src'],
  tests: ['tests', 'rig', 'local', 'src', 'scripts'],
  'tests/drill': ['tests', 'drill', 'rig', 'local', 'src'],
};

function roomOf(file: string): string {
  if (file.startsWith('tests/drill/')) return 'tests/drill';
  const top = file.split('/')[0] ?? '';
  return top === 'dashboard' ? 'src' : top;
}

/** One sentence for each import by which a folder beside the product reaches into one it must not know. */
export const roomViolations = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) => {
    const room = roomOf(file.path);
    const allowed = ROOMS[room];
    if (!allowed) return [`${file.path} is in no known folder`];
    return targetsOf(file)
      .filter((target) => target.includes('/') && ![...allowed, room].includes(roomOf(target)))
      .map((target) => `${file.path}: ${room} imports ${target}`);
  });

/** One sentence for each import between folders of the domain that has no arrow. */
export function domainViolations(files: readonly SourceFile[]): string[] {
  const folderOf = (file: string): string | undefined => /^src\/domain\/([^/]+)\//.exec(file)?.[1];
  return files.flatMap((file) => {
    const folder = folderOf(file.path);
    if (folder === undefined) return [];
    const arrows = DOMAIN_ARROWS[folder];
    if (!arrows) return [`${file.path} is in no known folder of the domain`];
    return targetsOf(file).flatMap((target) => {
      const other = folderOf(target);
      return other === undefined || other === folder || arrows.includes(other)
        ? []
        : [`${file.path}: ${folder} imports ${target}`];
    });
  });
}

/** The folders of dashboard/src from below; each may import the ones before it. */
const DASHBOARD_FOLDERS = [
  'lib',
  'stores',
  'realtime',
  'hooks',
  'contexts',
  'components',
  'features',
  'pages',
];
/** Folders whose parts know nothing of one another: what two of them need stands further below. */
const DASHBOARD_PARTS = ['features', 'pages'];
/** Components reach the socket, and what is made of it, through hooks. */
const REALTIME_IS_FOR = ['realtime', 'hooks'];

/** One sentence for each import that leaves its zone of the dashboard. */
export function zoneViolations(files: readonly SourceFile[]): string[] {
  const zoneOf = (file: string) =>
    /^dashboard\/src\/(?<folder>[^/]+)\/(?:(?<part>[^/]+)\/)?/.exec(file)?.groups as
      | { folder: string; part?: string }
      | undefined;
  return files.flatMap((file) => {
    const from = zoneOf(file.path);
    if (!from) return [];
    const { folder } = from;
    const level = DASHBOARD_FOLDERS.indexOf(folder);
    if (level === -1) return [`${file.path} is in no known folder of the dashboard`];
    const packages = importsOf(file.text).filter(
      (name) => name === 'socket.io-client' && !REALTIME_IS_FOR.includes(folder),
    );
    const targets = targetsOf(file).filter((target) => {
      const to = zoneOf(target);
      if (!to) return target.startsWith('dashboard/src/');
      if (to.folder === 'realtime') return !REALTIME_IS_FOR.includes(folder);
      const stranger = to.folder === folder && from.part && to.part && from.part !== to.part;
      return DASHBOARD_FOLDERS.indexOf(to.folder) > level || (stranger && DASHBOARD_PARTS.includes(folder));
    });
    return [...packages, ...targets].map((target) => `${file.path}: ${folder} imports ${target}`);
  });
}

/** Folders of `src/realtime` that know a library of sockets; each is one way for peers to connect. */
const TRANSPORTS = ['socketio', 'plain'];
const SOCKET_LIBRARIES = /^(socket\.io.*|engine\.io.*|@socket\.io\/.*|ws)$/;

/** One sentence for each import by which the realtime side would depend on one transport. */
export function transportViolations(files: readonly SourceFile[]): string[] {
  const transportOf = (file: string): string | undefined =>
    TRANSPORTS.find((name) => file.startsWith(`src/realtime/${name}/`));
  return files
    .filter((file) => file.path.startsWith('src/realtime/'))
    .flatMap((file) => {
      const own = transportOf(file.path);
      const libraries = own ? [] : importsOf(file.text).filter((name) => SOCKET_LIBRARIES.test(name));
      const foreign = targetsOf(file).filter((target) => ![undefined, own].includes(transportOf(target)));
      return [...libraries, ...foreign].map((name) => `${file.path} imports ${name}`);
    });
}

/**
 * Folders that import each other, directly or over others, types included: each as `a → b → a`. A folder and the
 * folders inside it are one room.
 */
export function folderCircles(files: readonly SourceFile[]): string[] {
  const arrows = new Map<string, Set<string>>();
  for (const file of files) {
    const from = path.posix.dirname(file.path);
    const known = arrows.get(from) ?? new Set<string>();
    for (const to of targetsOf(file).map((target) => path.posix.dirname(target)))
      if (!isInside(from, to) && !isInside(to, from)) known.add(to);
    arrows.set(from, known);
  }
  const found = new Map<string, string>();
  const walk = (trail: readonly string[], done: Set<string>): void => {
    for (const next of arrows.get(trail.at(-1)!) ?? []) {
      const start = trail.indexOf(next);
      if (start >= 0) {
        const circle = trail.slice(start);
        found.set([...circle].sort().join(), [...circle, next].join(' → '));
      } else if (!done.has(next)) walk([...trail, next], done);
    }
    done.add(trail.at(-1)!);
  };
  const done = new Set<string>();
  for (const folder of arrows.keys()) if (!done.has(folder)) walk([folder], done);
  return [...found.values()];
}

const isInside = (folder: string, other: string): boolean =>
  folder === other || folder.startsWith(`${other}/`);

/** The files that a file imports, relative to the checkout. */
const targetsOf = (file: SourceFile): string[] =>
  importsOf(file.text)
    .filter((name) => name.startsWith('.'))
    .map((name) => path.posix.join(path.posix.dirname(file.path), name));

/** Files whose code, comments apart, matches. */
export const filesWith = (files: readonly SourceFile[], pattern: RegExp): string[] =>
  files.filter((file) => pattern.test(withoutComments(file.text))).map((file) => file.path);
