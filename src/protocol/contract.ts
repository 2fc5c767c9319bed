/** The description of the wire for programs. */
import { route } from './declare.ts';

export const contractRoutes = {
  'GET /openapi.json': route<Record<string, unknown>>()({
    summary: 'The HTTP routes as an OpenAPI 3.1 document',
    access: 'anyone',
    bare: true,
  }),
  'GET /asyncapi.json': route<Record<string, unknown>>()({
    summary: 'The commands and events of the sockets as an AsyncAPI 3.0 document',
    access: 'anyone',
    bare: true,
  }),
  'GET /docs/api': route<string>()({
    summary: 'Both documents as a page',
    access: 'anyone',
    bare: 'text/html',
  }),
  'GET /docs/api.css': route<string>()({
    summary: 'The style of that page',
    access: 'anyone',
    bare: 'text/css',
  }),
};
