import { expect, test } from '@jest/globals';
import { createDiscordLinks, type LinkCode } from '../../../src/domain/hooks/discord-links.ts';
import { systemClock } from '../../../src/lib/clock.ts';

test('a link code is eight letters and digits that are not misread, new each time, for ten minutes', async () => {
  const saved: LinkCode[] = [];
  const links = createDiscordLinks({
    store: {
      saveCode: async (_userId, code) => void saved.push(code),
      find: async () => null,
      unlink: async () => undefined,
    },
    clock: { ...systemClock, now: () => 1_000 },
  });
  for (let issued = 0; issued < 200; issued += 1) await links.issue('user');
  expect(new Set(saved.map(({ code }) => code)).size).toBe(200);
  for (const { code, expiresAt } of saved) {
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
    expect(expiresAt).toBe(601_000);
  }
});
