import { randomUUID } from 'node:crypto';
import { type Answer, dataOf, type Send, sendHttp } from './http.ts';

export type HttpClient = ReturnType<typeof createHttpClient>;

/** A browser's cookies and nothing else of it. */
export function createHttpClient(url: string) {
  const cookies = new Map<string, string>();

  async function send(method: string, path: string, { body, headers = {} }: Send = {}): Promise<Answer> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await sendHttp(url, method, path, {
      body,
      headers: { ...(cookie !== '' && { Cookie: cookie }), ...headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  return {
    cookies,
    get: (path: string, options?: Send) => send('GET', path, options),
    post: (path: string, body?: unknown, headers?: Send['headers']) => send('POST', path, { body, headers }),
    put: (path: string, body?: unknown, headers?: Send['headers']) => send('PUT', path, { body, headers }),
    delete: (path: string, options?: Send) => send('DELETE', path, options),
  };
}

/** A name that no other user of the test run has. */
export const freshName = (): string => `u${randomUUID().replaceAll('-', '').slice(0, 20)}`;
export const PASSWORD = 'correct horse battery';

/** Registers a user of a fresh name; the client is signed in afterwards. */
export async function registerUser(
  client: HttpClient,
): Promise<{ id: string; username: string; sessionID: string }> {
  const username = freshName();
  const answer = await client.post('/api/auth/register', { username, password: PASSWORD });
  const { user, sessionID } = dataOf<{ user: { id: string }; sessionID: string }>(answer);
  return { id: user.id, username, sessionID };
}
