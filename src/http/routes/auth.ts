import { type Request, type RequestHandler, Router } from 'express';
import { hashSessionId } from '../../domain/accounts/session.ts';
import { SESSION_COOKIE } from '../../domain/accounts/session-cookie.ts';
import { revokedTopic } from '../../domain/accounts/topics.ts';
import { type User, userToPayload } from '../../domain/accounts/user.ts';
import { foldUsername } from '../../domain/accounts/username.ts';
import { addressKey } from '../../lib/address.ts';
import { createOneAtATime } from '../../lib/one-at-a-time.ts';
import type { LoginPayload } from '../../protocol/accounts.ts';
import { TradecastError } from '../../protocol/errors.ts';
import { type DataOf, ROUTES } from '../../protocol/routes.ts';
import { succeed, userOf } from '../answer.ts';
import { readBody } from '../body.ts';
import { takePoint } from '../limit.ts';
import type { HttpOptions, HttpParts } from '../parts.ts';
import { beginSession, endSession, requireUser } from '../session.ts';

/** Counts what cannot be a user name; no user name is empty. */
const NO_NAME = '';

/** Registration, login, logout, change of password, "who am I", and tokens that open plain sockets. */
export function authRoutes(parts: HttpParts, options: HttpOptions): Router {
  const { accounts, sessions, tokens, limiter, bus, clock } = parts;
  const router = Router();
  const guess = createGuess(limiter);

  /** The new login deletes the old session's row; its sockets are notified at once. */
  async function signIn(req: Request, user: User): Promise<LoginPayload> {
    const earlier = req.session.userId === undefined ? null : req.sessionID;
    const sessionID = await beginSession(req, user, clock.now());
    if (earlier !== null)
      bus.publish(revokedTopic, { reason: 'logout', sessionHash: hashSessionId(earlier) });
    return { user: userToPayload(user), sessionID };
  }

  router.post('/register', async (req, res) => {
    if (!options.registrationOpen) throw new TradecastError('FORBIDDEN', 'Registration is closed.');
    const request = readBody(req, ROUTES['POST /api/auth/register'].body);
    await takePoint(res, limiter, 'http:register', addressKey(req.ip));
    succeed<DataOf<'POST /api/auth/register'>>(res, await signIn(req, await accounts.register(request)), 201);
  });

  router.post('/login', async (req, res) => {
    const request = readBody(req, ROUTES['POST /api/auth/login'].body);
    const session = { begin: (user: User) => signIn(req, user), undo: () => endSession(req) };
    const signedIn = await guess(req, request.username, () => accounts.login(request, session));
    succeed<DataOf<'POST /api/auth/login'>>(res, signedIn);
  });

  // This session keeps its id, which the open pages of this browser hold: the password has just proved the user.
  router.post('/password', requireUser(sessions), async (req, res) => {
    const request = readBody(req, ROUTES['POST /api/auth/password'].body);
    const user = userOf(res);
    const ended = await guess(req, user.username, () =>
      accounts.changePassword(user, request, req.sessionID),
    );
    for (const id of ended) bus.publish(revokedTopic, { reason: 'logout', sessionHash: hashSessionId(id) });
    res.status(204).end();
  });

  router.post('/logout', requireUser(sessions), async (req, res) => {
    const sessionHash = hashSessionId(req.sessionID);
    await endSession(req);
    bus.publish(revokedTopic, { reason: 'logout', sessionHash });
    res.clearCookie(SESSION_COOKIE, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: options.production,
    });
    res.status(204).end();
  });

  router.get('/session', requireUser(sessions), (req, res) => {
    succeed<DataOf<'GET /api/auth/session'>>(res, {
      user: userToPayload(userOf(res)),
      sessionID: req.sessionID,
    });
  });

  const issueToken: RequestHandler = async (req, res) => {
    const { id } = userOf(res);
    await takePoint(res, limiter, 'http:api', id);
    succeed<DataOf<'GET /api/auth/token'>>(res, await tokens.issue(id, req.sessionID));
  };
  router.get('/token', requireUser(sessions), issueToken);
  router.post('/token', requireUser(sessions), issueToken);

  return router;
}

/**
 * Each attempt may be a guess at a password: limited by address, and by user name and address. A right password costs
 * neither: people who share an account do not lock each other out. Nor does an attempt that a limit refuses: one locked
 * name does not lock its address. Attempts at one name from one address take turns,
 * because a right one holds its point until it is known to be right.
 */
function createGuess(limiter: HttpParts['limiter']) {
  const inTurn = createOneAtATime();

  return async <T>(req: Request, username: string, attempt: () => Promise<T>): Promise<T> => {
    const res = req.res!;
    const address = addressKey(req.ip);
    await takePoint(res, limiter, 'http:password', address);
    const name = `${foldUsername(username) ?? NO_NAME} ${address}`;
    return inTurn(name, async () => {
      const ofName = await takePoint(res, limiter, 'http:login:user', name);
      const ofAddress = await takePoint(res, limiter, 'http:login:address', address).catch((refusal) => {
        ofName();
        throw refusal;
      });
      const done = await attempt();
      ofName();
      ofAddress();
      return done;
    });
  };
}
