import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importsOf, readRepoFile, repoRoot, sourceFiles } from '../../rig/source-files.ts';
import {
  arrowViolations,
  domainViolations,
  filesWith,
  folderCircles,
  roomViolations,
  transportViolations,
  zoneViolations,
} from '../support/layer-rules.ts';

const server = sourceFiles('src');
const dashboard = sourceFiles('dashboard');

describe('the tree', () => {
  test('imports point one way', () => {
    expect(arrowViolations([...server, ...dashboard])).toEqual([]);
  });

  test('folders of the domain import each other as drawn, and the bus imports no owner of a topic', () => {
    expect(domainViolations(server)).toEqual([]);
  });

  test('above a transport nothing knows Socket.IO or a socket', () => {
    expect(transportViolations(server)).toEqual([]);
  });

  // Circles of files are a lint rule (noImportCycles); between folders nothing else would find them.
  test('no folders import each other, directly or over others', () => {
    expect(folderCircles(server)).toEqual([]);
    expect(folderCircles(dashboard)).toEqual([]);
  });

  test('folders of the dashboard import what stands below them, and no feature knows another', () => {
    expect(zoneViolations(dashboard)).toEqual([]);
  });

  test('benchmarks, drills and tests share what is in rig and nothing else', () => {
    // This file quotes imports that are wrong.
    const rooms = sourceFiles('local', 'rig', 'bench', 'drill', 'tests').filter(
      ({ path: file }) => file !== 'tests/project/layers.test.ts',
    );
    expect(roomViolations(rooms)).toEqual([]);
  });

  test('only the configuration reads the environment', () => {
    const readers = filesWith(
      [...server, ...dashboard],
      /\bprocess\s*\.\s*env\b|\benv\b[^'"\n]*from 'node:process'/,
    );
    // main hands process.env to config; vite's configuration belongs to the build.
    const allowed = ['src/main.ts', 'src/config/index.ts', 'dashboard/vite.config.ts'];
    expect(readers.filter((file) => !allowed.includes(file))).toEqual([]);
  });

  test('there is one Socket.IO server', () => {
    const serverFiles = server.filter((file) => importsOf(file.text).includes('socket.io'));
    expect(filesWith(serverFiles, /\bnew\s+(?:Server|SocketIOServer|IoServer)\b/)).toHaveLength(1);
  });

  test('files are named in kebab-case, components and hooks of the dashboard apart', () => {
    const odd = [...server, ...dashboard]
      // The guide that its readers paste from gives this path.
      .filter((file) => file.path !== 'dashboard/src/contexts/WebSocketContext.tsx')
      .map((file) => path.basename(file.path))
      .filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(config|d|worker))?\.tsx?$/.test(name));
    expect(odd).toEqual([]);
  });

  test('every test file belongs to a jest project', () => {
    const configs = ['jest.config.mjs', 'jest.recordings.config.mjs'].map(readRepoFile).join();
    const projects = [...configs.matchAll(/project\('(\w+)', '\1'/g)].map((match) => match[1]);
    expect(projects.length).toBeGreaterThan(5);
    const lost = globSync('**/*.{test,spec}.{ts,tsx,js,mjs,cts,mts,jsx}', {
      cwd: repoRoot,
      exclude: (name) => /(^|\/)(node_modules|dist|\.git)$/.test(name),
    }).filter((file) => !new RegExp(`^tests/(${projects.join('|')})/.*\\.test\\.tsx?$`).test(file));
    expect(lost).toEqual([]);
  });
});

describe('the check itself', () => {
  const violation = (file: string, text: string) => arrowViolations([{ path: file, text }]);

  test.each([
    ['src/domain/trading/a.ts', "import { Server } from 'socket.io';"],
    ['src/domain/trading/a.ts', "import type { Pool } from 'pg';"],
    ['src/domain/trading/a.ts', "export { x } from '../../adapters/database/pool.ts';"],
    ['src/domain/a/b.ts', "const x = await import('../../http/app.ts');"],
    ['src/realtime/a.ts', "import {\n  a,\n  b,\n} from '../http/app.ts';"],
    ['src/http/a.ts', "import '../adapters/local/bus.ts';"],
    ['src/adapters/x/a.ts', "import { c } from '../../config/index.ts';"],
    ['src/protocol/a.ts', "import { createHash } from 'node:crypto';"],
    ['src/lib/a.ts', "import { b } from '../domain/a/b.ts';"],
    ['src/app/index.ts', "import { stop } from '../main.ts';"],
    ['src/realtime/a.ts', "import { readConfig } from '../config/index.ts';"],
    ['src/app/index.ts', "import { startApp } from '../../rig/app.ts';"],
    ['dashboard/features/a.tsx', "import { b } from '../../src/domain/market/quote.ts';"],
  ])('catches a wrong import in %s: %s', (file, text) => {
    expect(violation(file, text)).toHaveLength(1);
  });

  test.each([
    ['src/domain/bus/a.ts', "import type { Quote } from '../market/quote.ts';"],
    ['src/domain/market/a.ts', "import { Order } from '../trading/order.ts';"],
    ['src/domain/somewhere/a.ts', ''],
  ])('catches a wrong import between folders of the domain in %s: %s', (file, text) => {
    expect(domainViolations([{ path: file, text }])).toHaveLength(1);
  });

  test('catches folders that import each other over a third one, by types alone', () => {
    const files = [
      { path: 'src/a/one.ts', text: "import type { B } from '../b/two.ts';" },
      { path: 'src/b/two.ts', text: "export { c } from '../c/three.ts';" },
      { path: 'src/c/three.ts', text: "import { one } from '../a/one.ts';" },
      { path: 'src/c/four.ts', text: "import { three } from './three.ts';" },
      { path: 'src/c/inner/five.ts', text: "import { four } from '../four.ts';" },
    ];
    expect(folderCircles(files)).toEqual(['src/a → src/b → src/c → src/a']);
    expect(folderCircles(files.slice(1))).toEqual([]);
  });

  test.each([
    ['lib/a.ts', '../stores/b.ts'],
    ['stores/a.ts', '../realtime/b.ts'],
    ['components/a.tsx', '../features/orders/b.tsx'],
    ['features/chart/a.tsx', '../orders/b.ts'],
    ['features/chart/a.tsx', '../../realtime/connection.ts'],
    ['features/chart/a.tsx', 'socket.io-client'],
    ['features/chart/a.tsx', '../../app.tsx'],
    ['pages/desk/a.tsx', '../monitor/b.tsx'],
    ['elsewhere/a.ts', './b.ts'],
  ])('catches an import out of its zone of the dashboard in %s: %s', (file, name) => {
    const path = `dashboard/src/${file}`;
    expect(zoneViolations([{ path, text: `import { b } from '${name}';` }])).toHaveLength(1);
  });

  test('allows the zones of the dashboard as they are drawn', () => {
    const allowed = (file: string, name: string) =>
      zoneViolations([{ path: `dashboard/src/${file}`, text: `import { b } from '${name}';` }]);
    expect(allowed('features/chart/a.tsx', './b.ts')).toEqual([]);
    expect(allowed('features/chart/a.tsx', '../../hooks/b.ts')).toEqual([]);
    expect(allowed('pages/routes.tsx', './monitor/b.tsx')).toEqual([]);
    expect(allowed('hooks/a.ts', '../realtime/b.ts')).toEqual([]);
    expect(allowed('realtime/a.ts', 'socket.io-client')).toEqual([]);
  });

  test.each([
    ['bench/cases/a.ts', "import { b } from '../../drill/support/b.ts';"],
    ['drill/support/a.ts', "import { b } from '../../tests/support/b.ts';"],
    ['rig/a.ts', "import type { B } from '../drill/support/b.ts';"],
    ['local/a.ts', "import { b } from '../rig/b.ts';"],
    ['tests/app/a.test.ts', "import { b } from '../../drill/support/b.ts';"],
    ['tests/drill/a.test.ts', "import { b } from '../../bench/support/b.ts';"],
  ])('catches a folder that reaches into another in %s', (file, text) => {
    expect(roomViolations([{ path: file, text }])).toHaveLength(1);
  });

  test.each([
    ['src/realtime/connections.ts', "import type { Socket } from 'socket.io';"],
    ['src/realtime/state-lane/lane.ts', "import { WebSocket } from 'ws';"],
    ['src/realtime/server.ts', "import { createSocketIo } from './socketio/server.ts';"],
    ['src/realtime/plain/server.ts', "import { transportOf } from '../socketio/engine.ts';"],
  ])('catches a transport known in %s: %s', (path, text) => {
    expect(transportViolations([{ path, text }])).toHaveLength(1);
  });

  test('lets a transport know its library and its own files', () => {
    const text = "import { Server } from 'socket.io';\nimport { SocketIoPeer } from './peer.ts';";
    expect(transportViolations([{ path: 'src/realtime/socketio/server.ts', text }])).toEqual([]);
  });

  test('reads code and not what comments say', () => {
    expect(
      violation('src/domain/a/b.ts', "// import { Server } from 'socket.io';\nconst a = 'x'; // 'y'"),
    ).toEqual([]);
    expect(filesWith([{ path: 'a', text: '/* process.env */' }], /process\.env/)).toEqual([]);
    expect(filesWith([{ path: 'a', text: "f('//', process.env)" }], /process\.env/)).toEqual(['a']);
  });

  test('allows the arrows as they are drawn', () => {
    expect(violation('src/domain/a/b.ts', "import { c } from '../../protocol/errors.ts';")).toEqual([]);
    expect(violation('src/app/index.ts', "import { c } from '../adapters/local/bus.ts';")).toEqual([]);
    expect(violation('dashboard/a/b.ts', "import type { c } from '../../src/protocol/payloads.ts';")).toEqual(
      [],
    );
  });
});
