import { type AddressProblem, hostOf, readBoolean, readUrl, textOf } from './parts.ts';

/** The parts of REDIS_URL. */
export interface RedisAddress {
  /** A name or an IP address; null where `socket` is the way. */
  readonly host: string | null;
  readonly port: number;
  /** File of a Unix socket. */
  readonly socket: string | null;
  readonly user: string | null;
  readonly password: string | null;
  /** Number of the database. */
  readonly database: number;
  /** 4 or 6, or 0 for whatever the name has. */
  readonly family: 0 | 4 | 6;
  readonly tls: RedisTls | null;
}

/** In the words of redis-py and redis-cli: `ssl_cert_reqs`, `ssl_check_hostname`, `ssl_ca_certs`. */
export interface RedisTls {
  readonly checksCertificate: boolean;
  readonly checksHost: boolean;
  /** File of PEM text. */
  readonly ca: string | null;
}

const USUAL_PORT = 6379;
/** `redis://user:password@/run/redis.sock`, `unix:///run/redis.sock`. */
const SOCKET = /^(?:redis|unix):\/\/(?:[^/?#@]*@)?\/(?!\d*(?:\?|$))/i;

/** Whether it names the file of a Unix socket instead of a host. */
export const isRedisSocket = (text: string): boolean => SOCKET.test(text) && !text.includes('#');

/** Reads `redis://`, `rediss://` and `unix://`. */
export function readRedisAddress(text: string): RedisAddress | AddressProblem {
  const url = readUrl(text);
  if (url === null) return { problem: 'is no address.' };
  const { protocol, username, password, pathname, searchParams: given } = url;
  const host = hostOf(url);
  const isFile = isRedisSocket(text) || host?.startsWith('/') === true;
  if (protocol === 'unix:' && !isFile) return { problem: 'must have a file, as in unix:///run/redis.sock.' };
  const number = isRedisSocket(text) ? given.get('db') || '' : pathname.slice(1) || given.get('db') || '';
  if (!/^\d{0,5}$/.test(number))
    return {
      problem: `has "${number}" where the number of a database belongs; a Unix socket is redis:///run/redis.sock.`,
    };
  const isEncrypted =
    protocol === 'rediss:' || readBoolean(given.get('ssl')) || readBoolean(given.get('tls'));
  const family = Number(given.get('family'));
  return {
    host: isFile ? null : host,
    port: url.port === '' ? USUAL_PORT : Number(url.port),
    socket: isFile ? (isRedisSocket(text) ? decodeURIComponent(pathname) : host) : null,
    user: textOf(username) ?? given.get('username'),
    password: textOf(password) ?? given.get('password'),
    database: Number(number),
    family: family === 4 || family === 6 ? family : 0,
    tls: isEncrypted ? tlsOf(given) : null,
  };
}

const tlsOf = (given: URLSearchParams): RedisTls => ({
  checksCertificate: given.get('ssl_cert_reqs') !== 'none',
  checksHost: given.get('ssl_check_hostname') !== 'false',
  ca: given.get('ssl_ca_certs') || null,
});
