import { CHANNELS, type Channel } from './asyncapi.ts';
import { type OpenApi, type Operation, openApi } from './openapi.ts';
import { anchorOf, escaped, schemaHtml } from './schema-html.ts';

const STYLE = '/docs/api.css';

/** Both documents as one page: plain HTML of this origin, without a script. */
export function apiPage(): string {
  const { info, paths, components, tags } = openApi();
  const channels = Object.entries(CHANNELS);
  const links = [
    ...tags.map(({ name }) => [`routes-${name}`, name]),
    ...channels.map(([key, channel]) => [`channel-${key}`, nameOf(channel)]),
    ['types', 'Types'],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · ${escaped(info.title)}</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="${STYLE}">
</head>
<body>
<header>
<h1>${escaped(info.title)} API</h1>
<p>Version ${escaped(info.version)} of the wire contract. For programs:
<a href="/openapi.json">openapi.json</a> (routes), <a href="/asyncapi.json">asyncapi.json</a> (sockets).</p>
<nav aria-label="Sections"><ul>${links.map(([id, name]) => `<li><a href="#${id}">${name}</a></li>`).join('')}</ul></nav>
</header>
<main>
${tags.map(({ name }) => routesHtml(name, paths)).join('\n')}
${channels.map(([key, channel]) => channelHtml(key, channel)).join('\n')}
<section id="types"><h2>Types</h2>${typesHtml(components.schemas)}</section>
</main>
</body>
</html>
`;
}

/** What a channel is, without what its frames are. */
const nameOf = ({ title }: Channel): string => escaped(title.split(':')[0] ?? title);

function routesHtml(tag: string, paths: OpenApi['paths']): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, operation]) => operationHtml(method, path, operation)),
  );
  return `<section id="routes-${escaped(tag)}"><h2>${escaped(tag)}</h2>${operations.join('')}</section>`;
}

/** What a caller shows, by the name of the security scheme. */
const SHOWS: Readonly<Record<string, string>> = {
  session: 'a session',
  signature: 'a signature of the hook secret',
  metricsToken: 'the token of the metrics, if one is set',
};

function operationHtml(method: string, path: string, operation: Operation): string {
  const { operationId, summary, security, parameters, requestBody, responses } = operation;
  const [needed] = security.flatMap((one) => Object.keys(one));
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<li><code>${escaped(name)}${required ? '' : '?'}</code> (${place}): ${schemaHtml(schema)}</li>`,
  );
  const body = Object.values(requestBody?.content ?? {}).map(({ schema }) => schemaHtml(schema));
  const answers = Object.entries(responses).map(([status, { description, content = {} }]) => {
    // The codes of a refusal say more than its shape, which is always the same.
    const isRefusal = Object.values(content).some(({ schema }) => 'allOf' in schema);
    const shapes = isRefusal ? [] : Object.values(content).map(({ schema }) => schemaHtml(schema));
    return `<li><code>${status}</code> ${shapes.join(' ') || escaped(description)}</li>`;
  });
  return `<details id="${escaped(operationId)}">
<summary><code><b>${escaped(method.toUpperCase())}</b> ${escaped(path)}</code> ${escaped(summary)}</summary>
<p>Needs ${escaped(needed === undefined ? 'no session' : (SHOWS[needed] ?? needed))}.</p>
${rows.length > 0 ? `<h3>Parameters</h3><ul>${rows.join('')}</ul>` : ''}
${body.length > 0 ? `<h3>Body</h3>${body.join('')}` : ''}
<h3>Answers</h3><ul>${answers.join('')}</ul>
</details>`;
}

function channelHtml(key: string, channel: Channel): string {
  const { address, title, takes, sends } = channel;
  const list = (heading: string, messages: Channel['takes']) =>
    `<h3>${heading}</h3>${messages
      .map(
        ({ name, summary, payload, ack }) => `<details>
<summary><code><b>${escaped(name)}</b></code> ${escaped(summary ?? '')}</summary>
<div>${schemaHtml(payload)}</div>
${ack ? `<h4>Answer</h4><div>${schemaHtml(ack)}</div>` : ''}
</details>`,
      )
      .join('')}`;
  return `<section id="channel-${escaped(key)}"><h2>${nameOf(channel)}</h2>
<p><code>${escaped(address)}</code> ${escaped(title)}.</p>
${list('A client sends', takes)}
${list('The server sends', sends)}
</section>`;
}

const typesHtml = (schemas: OpenApi['components']['schemas']): string =>
  Object.entries(schemas)
    .map(([name, schema]) => {
      const { description } = schema;
      const text = typeof description === 'string' ? `<p>${escaped(description)}</p>` : '';
      return `<section id="${escaped(anchorOf(name))}"><h3>${escaped(name)}</h3>${text}<div>${schemaHtml(schema)}</div></section>`;
    })
    .join('\n');
