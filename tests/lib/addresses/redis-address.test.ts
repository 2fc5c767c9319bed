import { expect, test } from '@jest/globals';
import { readRedisAddress } from '../../../src/lib/addresses/redis-address.ts';

const usual = {
  host: null,
  port: 6379,
  socket: null,
  user: null,
  password: null,
  database: 0,
  family: 0,
  tls: null,
};
const verified = { checksCertificate: true, checksHost: true, ca: null };

test.each([
  ['redis://r', { host: 'r' }],
  ['redis://:p%23@r:7000/2', { host: 'r', port: 7000, password: 'p#', database: 2 }],
  ['redis://u:p@[::1]', { host: '::1', user: 'u', password: 'p' }],
  ['redis://r?db=3&family=6', { host: 'r', database: 3, family: 6 }],
  ['rediss://r', { host: 'r', tls: verified }],
  ['rediss://r?ssl_cert_reqs=none', { host: 'r', tls: { ...verified, checksCertificate: false } }],
  [
    'rediss://r?ssl_ca_certs=/ca.pem&ssl_check_hostname=false',
    { host: 'r', tls: { checksCertificate: true, checksHost: false, ca: '/ca.pem' } },
  ],
  ['redis:///run/redis.sock', { socket: '/run/redis.sock' }],
  ['redis:///path.sock', { socket: '/path.sock' }],
  ['redis:///run/redis.sock?db=4', { socket: '/run/redis.sock', database: 4 }],
  ['redis://u:p%2F@/run/redis.sock', { socket: '/run/redis.sock', user: 'u', password: 'p/' }],
  ['redis://%2Frun%2Fredis.sock/5', { socket: '/run/redis.sock', database: 5 }],
  ['unix:///run/a%20b.sock?password=p', { socket: '/run/a b.sock', password: 'p' }],
])('%s is read', (text, parts) => {
  expect(readRedisAddress(text)).toEqual({ ...usual, ...parts });
});
