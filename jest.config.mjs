import { TEST_MS } from './rig/patience.ts';

const transform = {
  '^.+\\.(tsx?|jsx)$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2024',
        parser: { syntax: 'typescript', tsx: true },
        transform: { react: { runtime: 'automatic' } },
        experimental: { keepImportAttributes: true },
      },
      module: { type: 'es6' },
    },
  ],
};

/** Node 24 runs the same files natively; swc only strips the types for jest's module loader. */
export const project = (displayName, folder, extra = {}) => ({
  displayName,
  testMatch: [`<rootDir>/tests/${folder}/**/*.test.{ts,tsx}`],
  extensionsToTreatAsEsm: ['.ts', '.tsx', '.jsx'],
  testEnvironment: 'node',
  transform,
  ...extra,
});

export default {
  // Drills and browsers wait most of their time: two cores are busy only with one more.
  maxWorkers: 3,
  testTimeout: TEST_MS,
  reporters: ['default', '<rootDir>/scripts/test-summary.mjs'],
  projects: [
    project('protocol', 'protocol'),
    project('lib', 'lib'),
    project('metrics', 'metrics'),
    project('config', 'config'),
    project('domain', 'domain'),
    project('adapters', 'adapters'),
    project('realtime', 'realtime'),
    project('http', 'http'),
    project('app', 'app'),
    project('local', 'local'),
    project('drill', 'drill'),
    project('dashboard', 'dashboard', {
      testEnvironment: 'jsdom',
      moduleNameMapper: {
        '^@/lib/socket/client$': '<rootDir>/dashboard/src/hooks/client.ts',
        // The examples of the guide stand in the dashboard beside this folder; here they are fixtures.
        '^\\.\\.?/contexts/WebSocketContext$': '<rootDir>/dashboard/src/contexts/WebSocketContext.tsx',
      },
    }),
    project('browser', 'browser'),
    project('project', 'project'),
  ],
};
