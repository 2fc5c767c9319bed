/**
 * `src/http/contract/payloads.json`: JSON Schema of every answer and event, from the types of src/protocol.
 * `node scripts/contract-schemas.ts` writes it, because the service has no compiler at run time.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { API, type Project } from 'typescript/unstable/sync';
import { createTypeSchemas, type Schema } from './contract/type-schemas.ts';

const root = path.resolve(import.meta.dirname, '..');
const CONFIG = path.join(root, 'scripts/contract/tsconfig.json');
const TYPES = path.join(root, 'scripts/contract/wire-types.ts');
const PROTOCOL = path.join(root, 'src/protocol/');
/** OpenAPI and AsyncAPI keep named schemas at the same place. */
const refTo = (name: string): string => `#/components/schemas/${name}`;

export interface PayloadSchemas {
  readonly answers: Readonly<Record<string, Schema>>;
  readonly acks: Readonly<Record<string, Schema>>;
  readonly events: Readonly<Record<string, Schema>>;
  readonly plain: Readonly<Record<string, Schema>>;
  readonly plainSentiment: Readonly<Record<string, Schema>>;
  readonly plainSignals: Readonly<Record<string, Schema>>;
  /** The named types that the others refer to, and `Refusal`, the body of every refusal. */
  readonly named: Readonly<Record<string, Schema>>;
}

/** The content of the file, as the types have it now. Throws where they have errors. */
export function payloadSchemas(): PayloadSchemas {
  const api = new API({ cwd: root });
  try {
    const project = api.updateSnapshot({ openProjects: [CONFIG] }).getProject(CONFIG);
    if (!project) throw new Error(`${CONFIG} is no project`);
    return schemasOf(project);
  } finally {
    api.close();
  }
}

function schemasOf({ program, checker }: Project): PayloadSchemas {
  const file = program.getSourceFile(TYPES);
  const module = file && checker.getSymbolAtLocation(file);
  const wire = module && checker.getMemberInModuleExports(module, 'WireTypes');
  const problems = program.getSemanticDiagnostics(TYPES);
  if (!wire || problems.length > 0) throw new Error(`${TYPES}: ${JSON.stringify(problems)}`);

  const { of, named } = createTypeSchemas(
    checker,
    ({ declarations }) => declarations.some((node) => node.path.startsWith(PROTOCOL)),
    refTo,
  );
  const typeOf = (name: string) =>
    checker.getTypeOfSymbol(checker.getPropertyOfType(checker.getDeclaredTypeOfSymbol(wire), name)!)!;
  const each = (name: string): Record<string, Schema> =>
    Object.fromEntries(
      checker
        .getPropertiesOfType(typeOf(name))
        .map((member) => [member.name, of(checker.getTypeOfSymbol(member)!)]),
    );
  const lists = {
    answers: each('answers'),
    acks: each('acks'),
    events: each('events'),
    plain: each('plain'),
    plainSentiment: each('plainSentiment'),
    plainSignals: each('plainSignals'),
  };
  const refusal = of(typeOf('refusal'));
  const sorted = [...named].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...lists, named: Object.fromEntries([['Refusal', refusal], ...sorted]) };
}

export const PAYLOADS_FILE = 'src/http/contract/payloads.json';
export const payloadsText = (): string => `${JSON.stringify(payloadSchemas(), null, 1)}\n`;

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(root, PAYLOADS_FILE), payloadsText());
