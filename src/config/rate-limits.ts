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
  const limits: Record<LimitName, RateLimit> = { ...DEFAULTS };
  const wrong: string[] = [];
  for (const part of text.split(',').filter(Boolean)) {
    const [, name = '', points, seconds] = /^\s*([a-z:]+)=(\d{1,6})\/(\d{1,5})\s*$/.exec(part) ?? [];
    if (!isLimit(name) || !(Number(points) > 0 && Number(seconds) > 0)) wrong.push(`"${part.trim()}"`);
    else limits[name] = { points: Number(points), seconds: Number(seconds) };
  }
  if (wrong.length === 0) return { value: scoped(limits) };
  return {
    problem: `must list name=points/seconds with events or http limits of the protocol, not ${wrong.join(', ')}.`,
  };
};

/**
 * An event is counted per connection, where the connection is, and as `user:<event>` for its user as a whole, over
 * all replicas. Handshakes (`connect`) and requests over HTTP may reach any replica and are counted over all.
 */
function scoped(limits: Limits): Record<string, NamedLimit> {
  const named: Record<string, NamedLimit> = {};
  for (const name of Object.keys(HTTP_RATE_LIMITS) as HttpLimit[])
    named[name] = { ...limits[name], scope: 'shared' };
  for (const name of Object.keys(RATE_LIMITS) as LimitedEvent[]) {
    const { points, seconds } = limits[name];
    named[name] = { points, seconds, scope: name === 'connect' ? 'shared' : 'connection' };
    if (name !== 'connect')
      named[`user:${name}`] = { points: points * USER_LIMIT_FACTOR, seconds, scope: 'shared' };
  }
  return named;
}
