import { request } from 'node:http';

/** `fetch` against one server, for environments that have none: what the dashboard's API uses of it. */
export const httpFetch =
  (base: string) =>
  (path: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, base),
        { method: init.method, headers: init.headers as Record<string, string>, agent: false },
        async (incoming) => {
          let body = '';
          for await (const chunk of incoming) body += chunk;
          const headers = { get: (name: string) => incoming.headers[name] ?? null };
          resolve({ status: incoming.statusCode, headers, text: async () => body } as unknown as Response);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(init.body as string | undefined);
    });
