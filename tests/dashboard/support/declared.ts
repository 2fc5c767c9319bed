/** What the server's declarations say of a query, so that a double refuses what the server would. */
import { ROUTE_SHAPES } from '../../../src/protocol/routes.ts';

const SHAPES = Object.entries(ROUTE_SHAPES).map(([name, { query }]) => {
  const [method = '', path = ''] = name.split(' ');
  return { method, path: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`), query };
});

/** Why the query of a request does not fit its route; null where it does, or the route declares none. */
export function malformedQuery(method: string, { pathname, searchParams }: URL): string | null {
  const shape = SHAPES.find((one) => one.method === method && one.path.test(pathname));
  return shape?.query?.safeParse(Object.fromEntries(searchParams)).error?.message ?? null;
}
