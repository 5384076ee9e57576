import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { parseAst } from 'vitest/node';
import type { SourceFile } from './source-tree.ts';

/** One module taking something from another. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly to: Target;
  /** True where nothing is left at run time. `import { type A }` is not: Node still loads the module. */
  readonly typeOnly: boolean;
}

export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  /** `import(expression)`: no scanner can tell what it loads. */
  | { readonly kind: 'computed' };

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

const nodesBelow = function* (value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const element of value) yield* nodesBelow(element);
  } else if (isNode(value)) {
    yield value;
    for (const field of Object.values(value)) if (typeof field === 'object') yield* nodesBelow(field);
  }
};

/** Every node of a module's syntax tree. @throws SyntaxError where the file is not TypeScript */
const syntaxOf = ({ path, text }: SourceFile): readonly Node[] => {
  try {
    return [...nodesBelow(parseAst(text, { lang: 'ts', astType: 'ts' }))];
  } catch (error) {
    throw new SyntaxError(`${path} cannot be parsed`, { cause: error });
  }
};

const literal = (value: unknown): string | undefined => {
  const text = isNode(value) && value.type === 'Literal' ? value['value'] : undefined;
  return typeof text === 'string' ? text : undefined;
};

/** `./folder/${name}.ts` stays in its folder and is bundled with all that is in it: `./folder/*.ts`. */
const oneOfAFolder = (value: unknown): string | undefined => {
  if (!isNode(value) || value.type !== 'TemplateLiteral') return undefined;
  const fixed = (value['quasis'] as { value: { cooked: string } }[]).map((part) => part.value.cooked);
  const [before = '', after = ''] = fixed;
  return fixed.length === 2 && /^\.\/[\w/-]+\/$/.test(before) && after === '.ts' ? `${before}*${after}` : undefined;
};

/** `undefined`: the node imports nothing. */
const found = (node: Node): { specifier: string | undefined; typeOnly: boolean } | undefined => {
  switch (node.type) {
    case 'ImportDeclaration':
      return { specifier: literal(node['source']), typeOnly: node['importKind'] === 'type' };
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node['source']
        ? { specifier: literal(node['source']), typeOnly: node['exportKind'] === 'type' }
        : undefined;
    case 'ImportExpression':
      return { specifier: literal(node['source']) ?? oneOfAFolder(node['source']), typeOnly: false };
    case 'TSImportType':
      return { specifier: literal(node['source']), typeOnly: true };
    case 'CallExpression': {
      const callee = node['callee'];
      if (!isNode(callee) || callee.type !== 'Identifier' || callee['name'] !== 'require') return undefined;
      return { specifier: literal((node['arguments'] as unknown[])[0]), typeOnly: false };
    }
    default:
      return undefined;
  }
};

const resolve = (from: string, specifier: string | undefined): Target => {
  if (specifier === undefined) return { kind: 'computed' };
  if (specifier.startsWith('.')) return { kind: 'file', path: posix.join(posix.dirname(from), specifier) };
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return { kind: 'builtin', name: specifier };
  const [first = '', second = ''] = specifier.split('/');
  return { kind: 'package', name: first.startsWith('@') ? `${first}/${second}` : first };
};

/** What a module imports or re-exports, types included, in whichever way it is written. */
export const importsOf = (file: SourceFile): readonly Import[] =>
  syntaxOf(file).flatMap((node) => {
    const match = found(node);
    if (!match) return [];
    const line = file.text.slice(0, node.start).split('\n').length;
    return [{ from: file.path, line, to: resolve(file.path, match.specifier), typeOnly: match.typeOnly }];
  });

/** String literals and the fixed parts of template strings, in the order of the text. */
export const stringsOf = (file: SourceFile): readonly string[] =>
  syntaxOf(file).flatMap((node) => {
    const text = node.type === 'TemplateElement' ? (node['value'] as { cooked?: unknown }).cooked : node['value'];
    return (node.type === 'Literal' || node.type === 'TemplateElement') && typeof text === 'string' ? [text] : [];
  });
