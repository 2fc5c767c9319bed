import type { RouteDeclaration } from '../../protocol/declare.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { RouteName } from '../../protocol/routes.ts';

const BY_ACCESS: Readonly<Record<RouteDeclaration['access'], readonly ErrorCode[]>> = {
  anyone: [],
  member: ['UNAUTHENTICATED', 'RATE_LIMITED'],
  admin: ['UNAUTHENTICATED', 'RATE_LIMITED', 'FORBIDDEN'],
  bot: ['INVALID_SIGNATURE'],
  operator: ['INVALID_SIGNATURE'],
  source: ['INVALID_SIGNATURE'],
  metrics: ['UNAUTHENTICATED'],
};

/** Every code that a route may refuse with: its own, and those of what stands before it. */
export function refusalsOf(name: RouteName, route: RouteDeclaration): readonly ErrorCode[] {
  const { access, body, bare, refusals = [] } = route;
  const isSigned = access === 'bot' || access === 'operator' || access === 'source';
  const writesWithCookie = !name.startsWith('GET ') && !isSigned;
  return [
    ...new Set<ErrorCode>([
      ...BY_ACCESS[access],
      // Sessions, bodies and the address are read before any route below /api and /hooks.
      ...(bare === undefined ? (['VALIDATION', 'UNAVAILABLE'] as const) : []),
      ...(body || writesWithCookie ? (['TOO_LARGE'] as const) : []),
      ...(writesWithCookie ? (['FORBIDDEN'] as const) : []),
      ...refusals,
      'INTERNAL',
    ]),
  ];
}
