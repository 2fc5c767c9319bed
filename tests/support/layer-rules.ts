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
    packages: /^(node:(crypto|util)|cookie|cookie-signature|zod)$/,
  },
  metrics: { layers: ['metrics', 'protocol', 'lib'], packages: /^prom-client$/ },
  config: { layers: ['config', 'domain', 'protocol', 'lib'], packages: /^$/ },
  adapters: { layers: ['adapters', 'domain', 'protocol', 'lib', 'metrics'], packages: /./ },
  realtime: { layers: ['realtime', 'domain', 'protocol', 'lib', 'metrics'], packages: /./ },
  http: { layers: ['http', 'domain', 'protocol', 'lib', 'metrics'], packages: /./ },
  logger: { layers: ['lib'], packages: /./ },
  // What joins the parts. Nobody imports main.
  app: {
    layers: ['app', 'config', 'metrics', 'adapters', 'realtime', 'http', 'domain', 'protocol', 'lib'],
    packages: /./,
  },
  main: { layers: ['app', 'config', 'logger', 'lib'], packages: /./ },
  dashboard: { layers: ['dashboard', 'protocol'], packages: /./ },
};

const SINGLE_FILES: Record<string, string> = {
  'src/main.ts': 'main',
  'src/logger.ts': 'logger',
};

/** `src/http/app.ts` → `http`, `src/main.ts` → `main`; null for what is no layer, such as tests. */
const layerOf = (file: string): string | null => {
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

/** Files whose code, comments apart, matches. */
export const filesWith = (files: readonly SourceFile[], pattern: RegExp): string[] =>
  files.filter((file) => pattern.test(withoutComments(file.text))).map((file) => file.path);
