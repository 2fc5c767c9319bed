import { sourceFiles } from '../../rig/source-files.ts';

const files = sourceFiles('src/protocol').map(({ text }) => text);

/** An exported interface or type of the protocol as its file has it, with its comment, without `export`. */
export function declaration(name: string): string {
  const pattern = new RegExp(
    `((?:/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?)export (interface ${name}\\b[\\s\\S]*?\\n}\\n|type ${name}\\b[\\s\\S]*?;\\n)`,
  );
  for (const text of files) {
    const [, comment, body] = pattern.exec(text) ?? [];
    if (body !== undefined) return `${comment}${body}`.trimEnd();
  }
  throw new Error(`src/protocol declares no ${name}`);
}

/** The type arguments of all `kind<…>()` declarations, by message name, as the files have them. */
const typeArguments = (kind: 'command' | 'event'): ReadonlyMap<string, string> =>
  new Map(
    files.flatMap((text) =>
      [...text.matchAll(new RegExp(`^\\s+'?([\\w:]+)'?: ${kind}<([\\s\\S]*?)>\\(\\)\\(`, 'gm'))].map(
        ([, name, type]) => [name!, type!] as const,
      ),
    ),
  );

/** Payload types of the events, by event. */
export const payloadTypes = typeArguments('event');
/** Fields of the acks, by command. */
export const ackFields: ReadonlyMap<string, readonly string[]> = new Map(
  [...typeArguments('command')].map(([name, type]) => [name, fieldsOf(type)]),
);

/** Names in front of a colon or alone between the braces of `{a:"x", b, c?}`. */
export function fieldsOf(shape: string): string[] {
  const inner = /^\{([\s\S]*)\}$/.exec(shape.trim())?.[1];
  if (inner === undefined) return [];
  return inner
    .split(/[,;]/)
    .map((field) => /^\s*(\w+)/.exec(field)?.[1])
    .filter((field) => field !== undefined);
}
