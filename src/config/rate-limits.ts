import type { NamedLimit } from '../domain/limits/counters.ts';
import { HTTP_RATE_LIMITS, type HttpLimit, type RateLimit, USER_LIMIT_FACTOR } from '../protocol/limits.ts';
import { type LimitedEvent, RATE_LIMITS } from '../protocol/rate-limits.ts';
import type { Parser } from './parsers.ts';

type LimitName = LimitedEvent | HttpLimit;
type Limits = Readonly<Record<LimitName, RateLimit>>;

const DEFAULTS: Limits = { ...RATE_LIMITS, ...HTTP_RATE_LIMITS };

const isLimit = (name: string): name is LimitName => Object.hasOwn(DEFAULTS, name);

/** `name=points/seconds`, comma separated: what is not named keeps the limit of the protocol. */
export const rateLimits: Parser<Readonly<Record<string, NamedLimit>>> = (text) => {
  const given = new Map<LimitName, RateLimit>();
  const wrong: string[] = [];
  for (const part of text === '' ? [] : text.split(',')) {
    const [, name = '', points, seconds] = /^\s*([a-z:]+)=(\d{1,6})\/(\d{1,5})\s*$/.exec(part) ?? [];
    const isRight = isLimit(name) && !given.has(name) && Number(points) > 0 && Number(seconds) > 0;
    if (isRight) given.set(name, { points: Number(points), seconds: Number(seconds) });
    else wrong.push(`"${part.trim()}"`);
  }
  if (wrong.length === 0) return { value: scoped({ ...DEFAULTS, ...Object.fromEntries(given) }) };
  return {
    problem: `must list name=points/seconds with events or http limits of the protocol, each once, not ${wrong.join(', ')}.`,
  };
};

const OF_HANDSHAKES: ReadonlySet<LimitedEvent> = new Set(['connect', 'refused', 'address:refused']);

/**
 * An event is counted per connection, where the connection is, and as `user:<event>` for its user as a whole, over
 * all replicas. Handshakes (`connect`) and requests over HTTP may reach any replica and are counted over all; refused
 * handshakes (`refused…`) on each, since a flood of them must cost the others nothing.
 */
function scoped(limits: Limits): Record<string, NamedLimit> {
  const named: Record<string, NamedLimit> = {};
  for (const name of Object.keys(HTTP_RATE_LIMITS) as HttpLimit[])
    named[name] = { ...limits[name], scope: 'shared' };
  for (const name of Object.keys(RATE_LIMITS) as LimitedEvent[]) {
    const { points, seconds } = limits[name];
    named[name] = { points, seconds, scope: name === 'connect' ? 'shared' : 'connection' };
    if (!OF_HANDSHAKES.has(name))
      named[`user:${name}`] = { points: points * USER_LIMIT_FACTOR, seconds, scope: 'shared' };
  }
  return named;
}
