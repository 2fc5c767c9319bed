import { describe, expect, jest, test } from '@jest/globals';
import { createOriginCheck } from '../../src/lib/origin.ts';
import { createManualClock } from '../support/manual-clock.ts';

const LISTED = 'https://app.example.com';
function setUp() {
  const warn = jest.fn<(fields: object, message: string) => void>();
  const clock = createManualClock('2025-12-01T15:00:00Z');
  return { check: createOriginCheck({ allowedOrigins: [LISTED], clock, log: { warn } }), warn, clock };
}

describe('the host of a page', () => {
  test.each([
    ['http://x.example', 'x.example'],
    ['http://x.example', 'x.example:80'],
    ['https://x.example', 'x.example:443'],
    ['https://x.example', 'X.Example'],
    ['https://x.example:8443', 'X.EXAMPLE:8443'],
    ['http://[::1]:3000', '[::1]:3000'],
    ['http://[::1]', '[::1]:80'],
  ])('%s is %s', (origin, host) => expect(setUp().check({ origin, host })).toBe(true));

  test.each([
    ['https://x.example', 'x.example:80'],
    ['http://x.example', 'x.example:443'],
    ['http://x.example:8080', 'x.example'],
    ['http://x.example', 'x.example.evil.example'],
    ['http://x.example', 'me@x.example'],
    ['http://x.example', 'x.example/path'],
    ['http://x.example', 'x.example#y'],
    ['http://x.example', 'x.example:port'],
    ['http://x.example', ''],
    ['http://x.example', undefined],
    ['null', 'null'],
    ['', 'x.example'],
  ])('%s is not %s', (origin, host) => expect(setUp().check({ origin, host })).toBe(false));
});

describe('a refusal in the log', () => {
  test('is one line for each Origin and Host, and the next after 10 s', () => {
    const { check, warn, clock } = setUp();
    const host = 'app:3000';
    const refuse = (): void => {
      for (const origin of ['https://evil.example', 'https://trade.example.com', 'https://evil.example'])
        expect(check({ origin, host })).toBe(false);
    };
    refuse();
    refuse();
    const lines = [
      { origin: 'https://evil.example', host, FRONTEND_URL: LISTED },
      { origin: 'https://trade.example.com', host, FRONTEND_URL: LISTED },
    ];
    expect(warn.mock.calls.map(([fields]) => fields)).toEqual(lines);
    clock.advance(10_000);
    refuse();
    expect(warn.mock.calls.map(([fields]) => fields)).toEqual([...lines, ...lines]);
  });

  test('is at most one of 20 in that time, whatever is sent', () => {
    const { check, warn } = setUp();
    for (let page = 0; page < 500; page += 1)
      check({ origin: `https://p${page}.example`, host: 'x.example' });
    expect(warn).toHaveBeenCalledTimes(20);
  });

  test('names what the browser calls cross-site, also where the Origin is the Host', () => {
    const { check, warn } = setUp();
    const own = { origin: 'https://x.example', host: 'x.example' };
    expect([check(own), check(own, true), check({ host: 'x.example' }, true)]).toEqual([true, false, false]);
    expect(check({ origin: LISTED, host: 'x.example' }, true)).toBe(true);
    expect(warn.mock.calls).toEqual([
      [{ ...own, FRONTEND_URL: LISTED }, expect.stringContaining('Sec-Fetch-Site')],
      [{ host: 'x.example', FRONTEND_URL: LISTED }, expect.stringContaining('Sec-Fetch-Site')],
    ]);
  });
});
