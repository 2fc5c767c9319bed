import type { Request, RequestHandler } from 'express';
import session, { type Store } from 'express-session';
import { SESSION_IDLE_MS, type Sessions } from '../domain/accounts/session.ts';
import { SESSION_COOKIE } from '../domain/accounts/session-cookie.ts';
import type { User } from '../domain/accounts/user.ts';
import type { Clock } from '../lib/clock.ts';
import { TradecastError } from '../protocol/errors.ts';

declare module 'express-session' {
  interface SessionData {
    userId: string;
    /** Milliseconds since epoch; the absolute end counts from here. */
    createdAt: number;
  }
}

/** A session lives for a day without use: one write a minute keeps it alive, one for each poll would be waste. */
const TOUCH_INTERVAL_MS = 60_000;
/** Sessions remembered as touched; a forgotten one costs an extra write. */
const MAX_TOUCHED = 10_000;

export interface SessionOptions {
  readonly store: Store;
  /** Known when the first request arrives. */
  readonly secrets: () => readonly string[];
  readonly production: boolean;
  readonly clock: Clock;
}

/** Loads the session of a signed cookie; a visitor without one reads no table and gets no cookie. */
export function createSessionLoader({ store, secrets, production, clock }: SessionOptions): RequestHandler {
  throttleTouch(store, clock);
  const createLoad = (): RequestHandler =>
    session({
      name: SESSION_COOKIE,
      secret: [...secrets()],
      store,
      resave: false,
      saveUninitialized: false,
      rolling: true,
      // A Secure cookie needs a request over TLS, which behind a proxy only the proxy's header says. A client that
      // forges this header harms only its own connection.
      ...(production && { proxy: true }),
      cookie: { httpOnly: true, sameSite: 'lax', secure: production, path: '/', maxAge: SESSION_IDLE_MS },
    });
  let load: RequestHandler | null = null;
  return (req, res, next) => {
    load ??= createLoad();
    load(req, res, (error?: unknown) =>
      next(error === undefined || error === null ? undefined : unavailable(error)),
    );
  };
}

const unavailable = (cause: unknown): TradecastError =>
  new TradecastError('UNAVAILABLE', 'Sessions cannot be read right now. Try again.', {
    retryAfterMs: 1_000,
    cause,
  });

function throttleTouch(store: Store, clock: Clock): void {
  const touch = store.touch?.bind(store);
  if (!touch) return;
  const touched = new Map<string, number>();
  store.touch = (sessionId, data, done) => {
    const now = clock.now();
    if (now - (touched.get(sessionId) ?? 0) < TOUCH_INTERVAL_MS) return done?.();
    if (touched.size >= MAX_TOUCHED) touched.clear();
    touched.set(sessionId, now);
    touch(sessionId, data, done);
  };
}

/** The user of a request, by the row as it is now: a ban or a logout counts at once. Throws UNAUTHENTICATED. */
export async function signedInUser(sessions: Pick<Sessions, 'find'>, req: Request): Promise<User> {
  const active = req.session.userId === undefined ? null : await sessions.find(req.sessionID);
  if (!active) throw new TradecastError('UNAUTHENTICATED', 'Sign in first.');
  return active.user;
}

/** Passes requests of signed-in users only. */
export function requireUser(sessions: Pick<Sessions, 'find'>): RequestHandler {
  return async (req, res, next) => {
    res.locals.user = await signedInUser(sessions, req);
    next();
  };
}

const settle =
  (resolve: () => void, reject: (error: Error) => void) =>
  (error: unknown): void =>
    error ? reject(unavailable(error)) : resolve();

/** Begins a session under a new id, so that an id planted before login is worthless. Resolves when it is stored. */
export async function beginSession(req: Request, user: User, now: number): Promise<string> {
  await new Promise<void>((resolve, reject) => req.session.regenerate(settle(resolve, reject)));
  req.session.userId = user.id;
  req.session.createdAt = now;
  await new Promise<void>((resolve, reject) => req.session.save(settle(resolve, reject)));
  return req.sessionID;
}

export const endSession = (req: Request): Promise<void> =>
  new Promise((resolve, reject) => req.session.destroy(settle(resolve, reject)));
