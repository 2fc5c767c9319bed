import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readRepoFile } from '../../rig/source-files.ts';
import { CLOSE_REASONS } from '../../src/metrics/realtime.ts';
import { SOCKET_CLOSE_CODES } from '../../src/protocol/connection.ts';
import { CONNECT_CODES, REQUEST_CODES, TRADING_CODES } from '../../src/protocol/errors.ts';
import { type ClientEvent, COMMANDS, EVENTS } from '../../src/protocol/events.ts';
import { INCIDENT_KINDS } from '../../src/protocol/health-payloads.ts';
import * as limits from '../../src/protocol/limits.ts';
import { ORDER_STATUSES } from '../../src/protocol/order-status.ts';
import { PLAIN_CLOSE_CODES, PLAIN_COMMANDS } from '../../src/protocol/plain.ts';
import { RATE_LIMITS } from '../../src/protocol/rate-limits.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { ackFields, declaration, fieldsOf, payloadTypes } from '../support/declarations.ts';
import { httpRoutes } from '../support/http-routes.ts';
import { section, tableRows, unquoted } from '../support/markdown.ts';

const page = readRepoFile('docs/protocol.md');
const rowsOf = (heading: string) => tableRows(section(page, heading));
const names = (heading: string) => rowsOf(heading).map(([cell]) => unquoted(cell!));
const commandRows = rowsOf('Client → server');
const eventRows = rowsOf('Server → client');
const shapes = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
  block!.trimEnd().split(/\n\n(?=\S)/),
);
const nameOf = (shape: string): string => /^(?:interface|type) (\w+)/m.exec(shape)?.[1] ?? shape;

/** Fields that a client may send with a command. */
function inputFields(command: ClientEvent): string[] {
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (key === 'properties') for (const field of Object.keys(part as object)) found.add(field);
      else collect(part);
    }
  };
  collect(z.toJSONSchema(COMMANDS[command].schema, { io: 'input', unrepresentable: 'any' }));
  return [...found];
}

describe('the protocol page', () => {
  test('lists the events a client may send, with their limits and reply events', () => {
    expect(
      commandRows.map(([event, _payload, _ack, reply, limit]) => [unquoted(event!), unquoted(reply!), limit]),
    ).toEqual(
      Object.entries(COMMANDS).map(([event, command]) => [
        event,
        'reply' in command ? command.reply : '',
        `${command.limit.points} / ${command.limit.seconds} s`,
      ]),
    );
  });

  test('lists every field of every ack', () => {
    expect(commandRows.map(([event, , ack]) => [unquoted(event!), fieldsOf(unquoted(ack!))])).toEqual(
      Object.keys(COMMANDS).map((event) => [event, ackFields.get(event)]),
    );
  });

  test('lists every field that a command takes', () => {
    const written = commandRows.map(([event, payload]) => {
      if (payload === 'an [order](#orders)') return [unquoted(event!), names('Orders')];
      if (payload === 'symbols') return [unquoted(event!), ['symbols']];
      return [unquoted(event!), fieldsOf(/`([^`]*)`/.exec(payload!)?.[1] ?? '')];
    });
    expect(written).toEqual(
      (Object.keys(COMMANDS) as ClientEvent[]).map((event) => [event, inputFields(event)]),
    );
  });

  test('lists the events the server sends, with lane, key and payload', () => {
    expect(
      eventRows.map(([event, lane, key, payload]) => [unquoted(event!), lane, key, unquoted(payload!)]),
    ).toEqual(
      Object.entries(EVENTS).map(([event, declared]) => {
        const topic = declared.lane === 'state' ? [declared.topic] : [];
        const subject = 'subject' in declared ? [declared.subject] : [];
        const type = payloadTypes.get(event)!;
        const payload = type.startsWith('RepliedWith') ? 'the ack of the command' : type;
        return [event, declared.lane, [...topic, ...subject].join(', '), payload];
      }),
    );
  });

  test('has the shape of every payload that its tables name', () => {
    const tables = tableRows(page).flat().join(' ');
    const named = [...tables.matchAll(/`(\w+(?:Payload|Page|Position))`/g)].map((match) => match[1]!);
    expect(new Set(named).size).toBeGreaterThan(12);
    const shown = shapes.map(nameOf);
    expect([...new Set(named)].filter((name) => !shown.includes(name))).toEqual([]);
  });

  test.each(shapes.map((shape) => [nameOf(shape), shape]))('has %s as the code has it', (name, shape) => {
    expect(shape).toBe(declaration(name));
  });

  test('lists every code', () => {
    expect(names('Codes')).toEqual([...REQUEST_CODES, ...TRADING_CODES]);
    const refusals = tableRows(page).filter(([, , retry]) => retry === 'yes' || retry === 'no');
    expect(refusals.map(([code]) => unquoted(code!))).toEqual([...CONNECT_CODES]);
  });

  test('lists every limit', () => {
    const rows = rowsOf('Limits').map(([name, value]) => [unquoted(name!), value]);
    const numbers = Object.entries(limits).filter(([, value]) => typeof value === 'number');
    const http = Object.entries(limits.HTTP_RATE_LIMITS);
    expect(rows.sort()).toEqual(
      [
        ...numbers.map(([name, value]) => [name, String(value)]),
        ...http.map(([name, { points, seconds }]) => [name, `${points} / ${seconds} s`]),
      ].sort(),
    );
    const { connect, refused, unknown, 'address:refused': ofAddress } = RATE_LIMITS;
    const prose = page.replaceAll('\n', ' ');
    expect(prose).toContain(`After ${refused.points} / ${refused.seconds} s refused handshakes,`);
    expect(prose).toContain(`${ofAddress.points} / ${ofAddress.seconds} s (\`address:refused\`).`);
    expect(prose).toContain(
      `Handshakes are limited to ${connect.points} / ${connect.seconds} s per user, unknown events to ${unknown.points} / ${unknown.seconds} s.`,
    );
  });

  test('lists what a plain client may send, and the codes that close its connection', () => {
    const rows = rowsOf('Messages of a client').map(([type, message, , countsAs]) => [
      unquoted(type!),
      fieldsOf(unquoted(message!)).sort(),
      unquoted(countsAs!),
    ]);
    expect(rows).toEqual(
      Object.entries(PLAIN_COMMANDS).map(([type, { schema, countsAs }]) => [
        type,
        Object.keys(schema.shape).sort(),
        countsAs,
      ]),
    );
    const codes = rowsOf('Messages of the server').map(([code]) => Number(code));
    const tooBig = 1009;
    expect(codes.sort()).toEqual([...Object.values(PLAIN_CLOSE_CODES), tooBig].sort());
  });

  test('lists every end of a Socket.IO connection, with its close code', () => {
    const noCode = 1005;
    const codes: Partial<Record<string, number>> = SOCKET_CLOSE_CODES;
    expect(rowsOf('Ends of a connection').map(([end, code]) => [unquoted(end!), Number(code)])).toEqual(
      CLOSE_REASONS.filter((reason) => reason !== 'client').map((reason) => [
        reason,
        codes[reason] ?? noCode,
      ]),
    );
  });

  test('lists every HTTP route', () => {
    const listed = names('HTTP').filter((cell) => /^(GET|POST|PUT|DELETE) /.test(cell));
    expect(listed.sort()).toEqual(httpRoutes().sort());
  });

  test('names every order status, every kind of incident and its own version', () => {
    for (const word of [...ORDER_STATUSES, ...INCIDENT_KINDS]) expect(page).toContain(`\`${word}\``);
    expect(page).toMatch(new RegExp(`^# .* version ${PROTOCOL_VERSION}\n`));
  });

  test('keeps its prose narrow and its cells short', () => {
    const lines = page.replace(/^```[\s\S]*?^```$/gm, '').split('\n');
    expect(lines.filter((line) => !line.startsWith('|') && line.length > 120)).toEqual([]);
    expect(tableRows(page).flatMap((cells) => cells.filter((cell) => cell.length > 90))).toEqual([]);
  });
});
