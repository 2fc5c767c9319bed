/** JSON Schema of TypeScript types, as the compiler resolves them. */
import {
  type Checker,
  SymbolFlags,
  type Type,
  TypeFlags,
  type Symbol as TypeSymbol,
} from 'typescript/unstable/sync';

export type Schema = { readonly [key: string]: unknown };

export interface TypeSchemas {
  /** A type's schema; a type with a name of our own becomes a reference. */
  of(type: Type): Schema;
  /** The named types that were referred to, by name. */
  readonly named: ReadonlyMap<string, Schema>;
}

const PRIMITIVES: readonly (readonly [TypeFlags, Schema])[] = [
  [TypeFlags.Any | TypeFlags.Unknown, {}],
  [TypeFlags.String, { type: 'string' }],
  [TypeFlags.Number, { type: 'number' }],
  [TypeFlags.Boolean, { type: 'boolean' }],
  [TypeFlags.Null, { type: 'null' }],
];

/** `isOurs` says whether a type that a symbol names gets a schema of its own. Throws for what JSON cannot hold. */
export function createTypeSchemas(
  checker: Checker,
  isOurs: (symbol: TypeSymbol) => boolean,
  refTo: (name: string) => string,
): TypeSchemas {
  const named = new Map<string, Schema>();

  function nameOf(type: Type): string | null {
    const symbol = type.getAliasSymbol() ?? type.getSymbol();
    if (!symbol || !isOurs(symbol) || type.getAliasTypeArguments().length > 0) return null;
    const isNamed = symbol.flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias);
    return isNamed ? symbol.name : null;
  }

  function of(type: Type): Schema {
    const name = nameOf(type);
    if (name === null) return shapeOf(type);
    if (!named.has(name)) {
      // A type may contain itself: its name is taken before its shape is known.
      named.set(name, {});
      const symbol = type.getAliasSymbol() ?? type.getSymbol();
      named.set(name, described(shapeOf(type), symbol));
    }
    return { $ref: refTo(name) };
  }

  const described = (schema: Schema, symbol: TypeSymbol | undefined): Schema => {
    const text = symbol && checker.getDocumentationCommentOfSymbol(symbol).replaceAll('\n', ' ').trim();
    return text ? { description: text, ...schema } : schema;
  };

  function shapeOf(type: Type): Schema {
    const primitive = PRIMITIVES.find(([flags]) => type.flags & flags);
    if (primitive) return primitive[1];
    if (type.isLiteralType()) return { const: type.value };
    if (type.isUnionType()) return unionOf(type.getTypes());
    if (checker.isArrayType(type) && type.isTypeReference())
      return { type: 'array', items: of(checker.getTypeArguments(type)[0]!) };
    if (type.isObjectType() || type.isIntersectionType()) return objectOf(type);
    throw new Error(`JSON has no ${checker.typeToString(type)}`);
  }

  function unionOf(types: readonly Type[]): Schema {
    const present = types.filter(({ flags }) => !(flags & TypeFlags.Undefined));
    const literals = present.filter((type) => type.isLiteralType());
    const values = literals.map(({ value }) => value);
    const both = values.includes(true) && values.includes(false);
    const listed = both ? values.filter((value) => typeof value !== 'boolean') : values;
    const shapes: Schema[] = [
      ...(both ? [{ type: 'boolean' }] : []),
      ...(listed.length > 1 ? [{ enum: listed }] : listed.map((value) => ({ const: value }))),
      ...present.filter((type) => !type.isLiteralType()).map(of),
    ];
    return shapes.length === 1 ? shapes[0]! : { anyOf: shapes };
  }

  function objectOf(type: Type): Schema {
    const members = checker.getPropertiesOfType(type);
    const properties = members.map((member) => {
      const memberType = checker.getTypeOfSymbol(member)!;
      return [member.name, described(of(memberType), member)] as const;
    });
    const required = members.filter(({ flags }) => !(flags & SymbolFlags.Optional)).map(({ name }) => name);
    const [others] = checker.getIndexInfosOfType(type);
    return {
      type: 'object',
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required }),
      ...(others && { additionalProperties: of(others.valueType) }),
    };
  }

  return { of, named };
}
