import { assertFits } from '../contract/answer-check.ts';

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

/** One request; redirects are answers. Throws where a known route answers otherwise than /openapi.json says. */
export async function sendHttp(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: Send = {},
): Promise<Answer> {
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(new URL(path, url), {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...lowerCase(headers) },
    body: raw ? (body as string | Uint8Array<ArrayBuffer> | undefined) : JSON.stringify(body),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  const answer: Answer = {
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(text) : text,
  };
  assertFits(method, path, answer);
  return answer;
}

/** A header given twice, in two spellings, would be sent as a list. */
const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** `data` of a success. Throws where it is none. */
export function dataOf<T>(answer: Answer): T {
  const body = answer.body as { success?: boolean; data?: T };
  if (body.success !== true) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return body.data as T;
}
