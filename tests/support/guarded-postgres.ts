import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { lentUser } from '../../local/postgres-programs.ts';
import { type PostgresServer, startPostgresServer } from '../../local/postgres-server.ts';

/** A Postgres as people have them: passwords, TLS by an authority of its own, a Unix socket. */
export interface GuardedPostgres {
  readonly port: number;
  /** PEM file of the authority that signed the certificate of 127.0.0.1 and localhost. */
  readonly ca: string;
  /** PEM file of an authority that did not. */
  readonly otherCa: string;
  /** Folder of the Unix socket. */
  readonly socket: string;
  /** As the superuser, on a database. */
  run(database: string, ...statements: string[]): Promise<void>;
  close(): Promise<void>;
}

/** Who may come in how: `postgres` without a password, `tlsonly` with TLS only, everybody else with a password. */
const ACCESS = `local all all scram-sha-256
host all postgres 127.0.0.1/32 trust
hostssl all tlsonly 127.0.0.1/32 scram-sha-256
hostnossl all tlsonly 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
`;

export async function startGuardedPostgres(): Promise<GuardedPostgres> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tradecast-guarded-'));
  const socket = path.join(folder, 'socket');
  mkdirSync(socket);
  const { ca, certificate, key } = makeCertificate(folder, 'own');
  const { ca: otherCa } = makeCertificate(folder, 'other');
  const access = path.join(folder, 'access.conf');
  writeFileSync(access, ACCESS);
  chmodSync(folder, 0o755);
  chmodSync(key, 0o600);
  const user = lentUser();
  if (user) for (const file of [socket, key, access]) chownSync(file, user.uid, user.gid);
  const server: PostgresServer = await startPostgresServer({
    settings: {
      fsync: 'off',
      ssl: 'on',
      ssl_cert_file: certificate,
      ssl_key_file: key,
      hba_file: access,
      unix_socket_directories: socket,
    },
  });
  return {
    port: server.port,
    ca,
    otherCa,
    socket,
    async run(database, ...statements) {
      const client = new pg.Client(`${server.url}/${database}`);
      await client.connect();
      try {
        for (const statement of statements) await client.query(statement);
      } finally {
        await client.end();
      }
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An authority, and a certificate for 127.0.0.1 and localhost that it signed. */
export function makeCertificate(folder: string, name: string) {
  const at = (file: string): string => path.join(folder, `${name}-${file}`);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...fresh,
    '-days',
    '2',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-subj',
    `/CN=${name}`,
  );
  openssl('req', ...fresh, '-keyout', at('key.pem'), '-out', at('request.pem'), '-subj', '/CN=localhost');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  openssl(
    ...[
      'x509',
      '-req',
      '-in',
      at('request.pem'),
      '-CA',
      at('ca.pem'),
      '-CAkey',
      at('ca.key'),
      '-CAcreateserial',
    ],
    ...['-days', '2', '-extfile', at('names'), '-out', at('certificate.pem')],
  );
  return { ca: at('ca.pem'), certificate: at('certificate.pem'), key: at('key.pem') };
}
