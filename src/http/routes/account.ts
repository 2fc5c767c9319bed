import { Router } from 'express';
import type { DataOf } from '../../protocol/routes.ts';
import { succeed, userOf } from '../answer.ts';
import type { HttpParts } from '../parts.ts';

/** Links a Discord account: the user types the code into Discord, and it comes back through /hooks/discord-link. */
export function accountRoutes({ discordLinks }: Pick<HttpParts, 'discordLinks'>): Router {
  const router = Router();

  router.get('/discord-link', async (_req, res) => {
    succeed<DataOf<'GET /api/account/discord-link'>>(res, {
      discordUserId: await discordLinks.find(userOf(res).id),
    });
  });

  router.post('/discord-link', async (_req, res) => {
    const { code, expiresAt } = await discordLinks.issue(userOf(res).id);
    succeed<DataOf<'POST /api/account/discord-link'>>(
      res,
      { code, expiresAt: new Date(expiresAt).toISOString() },
      201,
    );
  });

  router.delete('/discord-link', async (_req, res) => {
    await discordLinks.unlink(userOf(res).id);
    res.status(204).end();
  });

  return router;
}
