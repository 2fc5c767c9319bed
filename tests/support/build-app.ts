/** Builds an app from its environment in a process of its own, and prints what that opened as JSON. */
import { pino } from 'pino';
import { createApp } from '../../src/app/index.ts';
import { readConfig } from '../../src/config/index.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** Timers of the service do not hold the process: they are counted where they are asked for. */
const timers: number[] = [];
const clock: Clock = {
  now: systemClock.now,
  after(ms, run) {
    timers.push(ms);
    return systemClock.after(ms, run);
  },
  every(ms, run) {
    timers.push(ms);
    return systemClock.every(ms, run);
  },
};

/** Sockets, files and workers in Node's own words; the pipes of this process's output are not the app's. */
const open = (): string[] => process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');

const { config, secrets } = readConfig();
const log = pino({ level: 'silent' });
// What loading the modules left behind is gone in a moment.
await new Promise(setImmediate);
const before = open();
createApp(config, secrets, { clock, log });
const at = open();
await new Promise(setImmediate);
console.log(JSON.stringify({ before, at, later: open(), timers }));
