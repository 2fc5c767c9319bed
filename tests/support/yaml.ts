import { createRequire } from 'node:module';

// jest brings it for its own configuration files.
const { load } = createRequire(createRequire(import.meta.url).resolve('@istanbuljs/load-nyc-config'))(
  'js-yaml',
) as { load(text: string): unknown };

/** A YAML text as plain values, anchors and merges resolved. Throws where it is none. */
export const parseYaml = (text: string): unknown => load(text);
