import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readRepoFile, repoRoot } from '../../rig/source-files.ts';
import { CONNECT_CODES, REQUEST_CODES, TRADING_CODES } from '../../src/protocol/errors.ts';
import { type ClientEvent, COMMANDS, EVENTS } from '../../src/protocol/events.ts';
import type { MonitorPayload, WebSocketHealthPayload } from '../../src/protocol/health-payloads.ts';
import * as limits from '../../src/protocol/limits.ts';
import { ORDER_STATUSES } from '../../src/protocol/order-status.ts';
import { RATE_LIMITS } from '../../src/protocol/rate-limits.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { httpRoutes } from '../support/http-routes.ts';
import { section, tableRows, unquoted } from '../support/markdown.ts';

describe('the protocol page', () => {
  const page = readRepoFile('docs/protocol.md');
  const names = (heading: string) => tableRows(section(page, heading)).map(([cell]) => unquoted(cell!));

  test('lists the events a client may send, with their limits', () => {
    const rows = tableRows(section(page, 'Client → server'));
    expect(rows.map(([event]) => unquoted(event!))).toEqual(Object.keys(COMMANDS));
    for (const [event, , , limit] of rows) {
      const { points, seconds } = RATE_LIMITS[unquoted(event!) as ClientEvent];
      expect([event, limit]).toEqual([event, `${points} / ${seconds} s`]);
    }
  });

  test('lists the events the server sends', () => {
    const rows = tableRows(section(page, 'Server → client'));
    expect(rows.map(([event, lane]) => [unquoted(event!), lane!.split(',')[0]])).toEqual(
      Object.entries(EVENTS).map(([event, { lane }]) => [event, lane]),
    );
  });

  test('lists every code', () => {
    expect(names('Codes')).toEqual([...REQUEST_CODES, ...TRADING_CODES]);
    const refusals = tableRows(page).filter(([, , retry]) => retry === 'yes' || retry === 'no');
    expect(refusals.map(([code]) => unquoted(code!))).toEqual([...CONNECT_CODES]);
  });

  test('lists every limit', () => {
    const rows = tableRows(section(page, 'Limits')).map(([name, value]) => [unquoted(name!), value]);
    const numbers = Object.entries(limits).filter(([, value]) => typeof value === 'number');
    const http = Object.entries(limits.HTTP_RATE_LIMITS);
    expect(rows.sort()).toEqual(
      [
        ...numbers.map(([name, value]) => [name, String(value)]),
        ...http.map(([name, { points, seconds }]) => [name, `${points} / ${seconds} s`]),
      ].sort(),
    );
    const { connect, unknown } = RATE_LIMITS;
    expect(page).toContain(
      `Handshakes are limited to ${connect.points} / ${connect.seconds} s per user, unknown events to ${unknown.points} / ${unknown.seconds} s.`,
    );
  });

  test('lists every HTTP route', () => {
    const listed = tableRows(section(page, 'HTTP')).map(([route]) => unquoted(route!));
    expect(listed.sort()).toEqual(httpRoutes().sort());
  });

  test('lists every field of health and monitor', () => {
    const health: Record<keyof WebSocketHealthPayload, true> = {
      status: true,
      problems: true,
      activeConnections: true,
      uniqueUsers: true,
      uniqueUsersExact: true,
      uptime: true,
      replica: true,
      replicas: true,
      feed: true,
      redis: true,
      database: true,
      latency: true,
    };
    expect(names('Health')).toEqual(Object.keys(health));
    const own: Record<Exclude<keyof MonitorPayload, keyof WebSocketHealthPayload> | 'replicas', true> = {
      timestamp: true,
      connections: true,
      replicas: true,
      lease: true,
      rates: true,
      lanes: true,
      history: true,
      incidents: true,
    };
    expect(names('Monitor')).toEqual(Object.keys(own));
  });

  test('names every order status and its own version', () => {
    for (const status of ORDER_STATUSES) expect(page).toContain(`\`${status}\``);
    expect(page).toMatch(new RegExp(`^# .* version ${PROTOCOL_VERSION}\n`));
  });
});

describe('the pages', () => {
  const pages = ['README.md', ...globSync('docs/*.md', { cwd: repoRoot })];

  test.each(pages)('%s names files that exist', (page) => {
    const text = readRepoFile(page);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map((match) =>
      path.join(path.dirname(page), match[1]!),
    );
    // In code: what begins with a folder of the checkout, patterns and examples apart.
    const named = [
      ...text.matchAll(/`((?:src|dashboard|tests|docs|scripts|bench|\.ci)\/[^`\s*<>{}…]*)`/g),
    ].map((match) => match[1]!);
    const generated = /^(dashboard\/dist)/;
    const missing = [...links, ...named].filter(
      (file) => !generated.test(file) && !existsSync(path.join(repoRoot, file)),
    );
    expect(missing).toEqual([]);
  });

  test.each(pages)('%s tells npm scripts that exist', (page) => {
    const { scripts } = JSON.parse(readRepoFile('package.json')) as { scripts: Record<string, string> };
    // Commands stand in code: after a back-tick, at the start of a line of a block, or after variables.
    const told = [...readRepoFile(page).matchAll(/(?:`|^|=\S+ )npm (?:run )?([a-z:]+)(?=[ `\n])/gm)].map(
      (match) => match[1]!,
    );
    expect(told.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('a person has at most ten scripts to know', () => {
    const { scripts } = JSON.parse(readRepoFile('package.json')) as { scripts: Record<string, string> };
    const own = Object.keys(scripts).filter((name) => !(name.startsWith('pre') && name.slice(3) in scripts));
    expect(own.length).toBeLessThanOrEqual(10);
  });
});
