import { createApi } from '../../../dashboard/src/lib/api.ts';
import { createFrame } from '../../../dashboard/src/lib/frame.ts';
import { createDesk, type Desk, type DeskOptions } from '../../../dashboard/src/realtime/desk.ts';
import { openSocket } from '../../../dashboard/src/realtime/socket.ts';
import type { EndReason } from '../../../dashboard/src/stores/session.ts';
import { createSharedStores, type SharedStores } from '../../../dashboard/src/stores/shared.ts';
import { USER } from './fixtures.ts';
import { httpFetch } from './http-fetch.ts';
import { type ManualTimers, manualTimers } from './timers.ts';

export const AUTH = { sessionID: 's1', userId: USER.id, userName: USER.name };

export interface TestDesk {
  readonly desk: Desk;
  readonly timers: ManualTimers;
  readonly ended: EndReason[];
}

/** A desk on a server, on time that the test moves; frames come at once. */
export function deskOn(url: string, options: Partial<DeskOptions> = {}): TestDesk {
  const timers = manualTimers();
  const ended: EndReason[] = [];
  const desk = createDesk({
    api: createApi({ fetch: httpFetch(url), timers }),
    auth: AUTH,
    tier: USER.tier,
    timers,
    frame: createFrame(
      (run) => setTimeout(run, 0) as unknown as number,
      (handle) => clearTimeout(handle),
    ),
    random: () => 0,
    onEnded: (reason) => ended.push(reason),
    socket: openSocket(AUTH, url),
    ...options,
  });
  return { desk, timers, ended };
}

/** The stores that all pages of a sign-in share, without pages. */
export const sharedStoresOn = ({ api, timers, events, connection, states, onReturn }: Desk): SharedStores =>
  createSharedStores({
    api,
    timers,
    events,
    onReturn,
    onConnect: connection.onConnect,
    quotes: states.quote,
  });
