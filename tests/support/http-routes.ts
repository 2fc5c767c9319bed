import { sourceFiles } from '../../rig/source-files.ts';

/**
 * `METHOD /path` of every route as the sources of src/http mount them. Express keeps no path of a mounted
 * router, so the text is read: `x.use('/path', someRoutes(…))` and `router.get('/path', …)`.
 */
export function httpRoutes(): string[] {
  const files = sourceFiles('src/http');
  const builders = new Map<string, string>();
  for (const { text } of files) {
    for (const part of text.split(/^(?=export function |function )/m)) {
      const name = /^(?:export )?function (\w+)/.exec(part)?.[1];
      if (name) builders.set(name, part);
    }
  }
  return routesOf('createHttpApp', '', builders);
}

function routesOf(builder: string, prefix: string, builders: ReadonlyMap<string, string>): string[] {
  const text = builders.get(builder) ?? '';
  const own = [...text.matchAll(/\b(?:app|api|router)\.(get|post|put|delete|patch)\('([^']+)'/g)].map(
    ([, method, path]) => `${method!.toUpperCase()} ${join(prefix, path!)}`,
  );
  const mounted = [...text.matchAll(/\b(?:app|api|router)\.use\((?:'([^']+)', )?(\w+Routes)\(/g)].flatMap(
    ([, path, name]) => routesOf(name!, join(prefix, path ?? '/'), builders),
  );
  return [...own, ...mounted];
}

const join = (prefix: string, path: string): string =>
  `${prefix}${path}`.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1');
