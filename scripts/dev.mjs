/**
 * `npm run dev`: the server restarts when its files change, the dashboard is served by vite with hot reload
 * and reaches the server through vite's proxy. One Ctrl-C stops both; where one of them ends, so does the other.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const VITE_ORIGINS = 'http://localhost:5173,http://127.0.0.1:5173';

const start = (args, env = {}) =>
  spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });

const halves = [
  // The browser's origin is vite's, not the server's.
  start(['--watch', '--watch-preserve-output', 'src/main.ts'], {
    FRONTEND_URL: process.env.FRONTEND_URL ?? VITE_ORIGINS,
  }),
  start(['node_modules/vite/bin/vite.js', 'dev', 'dashboard', '--strictPort', '--clearScreen=false'], {
    TRADECAST_PORT: process.env.PORT ?? '3000',
  }),
];

let exitCode = null;
function stop(code) {
  exitCode ??= code;
  for (const half of halves) if (half.exitCode === null && half.signalCode === null) half.kill('SIGTERM');
}

process.on('SIGINT', () => stop(130));
process.on('SIGTERM', () => stop(143));
await Promise.all(
  halves.map(
    (half) =>
      new Promise((resolve) => {
        half.once('error', (error) => console.error(error.message));
        half.once('close', (code) => resolve(stop(code ?? 1)));
      }),
  ),
);
process.exit(exitCode ?? 1);
