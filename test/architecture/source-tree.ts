import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One text file of the project. */
export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}
export type SourceTree = readonly SourceFile[];

/**
 * What a rule found. A rule that looks at nothing finds nothing wrong, so it also says how much it looked at,
 * and its test asserts a minimum.
 */
export interface Verdict {
  readonly examined: number;
  /** A sentence per violation, beginning with `path:line` or `path`. */
  readonly violations: readonly string[];
}

const root = join(import.meta.dirname, '..', '..');

/** What .gitignore keeps out of the project. Tests write below some of these while the tree is read. */
const outside = /^(node_modules|\.git|coverage|\.millrace|cdk\.out.*)$/;
const binary = /\.(png|jpg|gif|ico|woff2|gz)$/;

const read = (folder: string): SourceFile[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return outside.test(entry.name) ? [] : read(path);
    if (!entry.isFile() || binary.test(path) || path.endsWith('.log')) return [];
    return [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });

/** Every text file that belongs to the project, as it stands on disk. */
export const readSourceTree = (): SourceTree => read('');

export const under =
  (...folders: string[]) =>
  (path: string): boolean =>
    folders.some((folder) => path.startsWith(`${folder}/`));

/** TypeScript, and the few plain JavaScript files that Node 20 or a bare child process has to run. */
export const isModule = (path: string): boolean => /\.(ts|mjs|js)$/.test(path);

export const isGenerated = (path: string): boolean =>
  path.endsWith('.generated.ts') || path === 'package-lock.json' || path === 'docs/openapi.json';

/** Names of the folders directly below a folder. */
export const foldersOf = (tree: SourceTree, folder: string): ReadonlySet<string> =>
  new Set(
    tree
      .filter(({ path }) => under(folder)(path))
      .map(({ path }) => path.split('/').slice(folder.split('/').length))
      .flatMap(([name, ...rest]) => (name !== undefined && rest.length > 0 ? [name] : [])),
  );

/** @throws Error where the project has no such file */
export const textOf = (tree: SourceTree, path: string): string => {
  const file = tree.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${path} does not exist`);
  return file.text;
};
