import { createHmac, randomUUID } from 'node:crypto';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

export interface Send {
  /** JSON, or text or bytes to be sent as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type HttpClient = ReturnType<typeof createHttpClient>;

/** A browser's cookies and nothing else of it. */
export function createHttpClient(url: string) {
  const cookies = new Map<string, string>();

  async function send(method: string, path: string, { body, headers = {} }: Send = {}): Promise<Answer> {
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, url), {
      method,
      redirect: 'manual',
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(cookies.size > 0 && { Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }),
        ...headers,
      },
      body: raw ? (body as string | Uint8Array<ArrayBuffer> | undefined) : JSON.stringify(body),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  return {
    cookies,
    get: (path: string, options?: Send) => send('GET', path, options),
    post: (path: string, body?: unknown, headers?: Send['headers']) => send('POST', path, { body, headers }),
    put: (path: string, body?: unknown, headers?: Send['headers']) => send('PUT', path, { body, headers }),
    delete: (path: string, options?: Send) => send('DELETE', path, options),
  };
}

/** `data` of a success. Throws where it is none. */
export function dataOf<T>(answer: Answer): T {
  const body = answer.body as { success?: boolean; data?: T };
  if (body.success !== true) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return body.data as T;
}

/** A name nobody else in the test run has. */
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

/** Headers of a signed hook; `at` is milliseconds since epoch. */
export function signHook(secret: string, body: string | Uint8Array, at = Date.now()): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  return { 'X-Tradecast-Timestamp': timestamp, 'X-Tradecast-Signature': `v1=${signature}` };
}
