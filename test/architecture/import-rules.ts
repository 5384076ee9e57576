import { capabilityOf } from './capabilities.ts';
import { importsOf, type Import } from './imports.ts';
import { isModule, textOf, under, type SourceTree, type Verdict } from './source-tree.ts';

type Complaint = string | undefined;

const everyImport = (
  tree: SourceTree,
  appliesTo: (path: string) => boolean,
  complain: (entry: Import) => Complaint,
): Verdict => {
  const modules = tree.filter(({ path }) => isModule(path) && appliesTo(path));
  const violations = modules.flatMap(importsOf).flatMap((entry) => {
    const complaint = complain(entry);
    return complaint === undefined ? [] : [`${entry.from}:${entry.line} ${complaint}`];
  });
  return { examined: modules.length, violations };
};

const onlyFilesOf =
  (allowed: (path: string) => boolean) =>
  ({ to }: Import): Complaint =>
    to.kind === 'file' && !allowed(to.path) ? `imports ${to.path}` : undefined;

export const lambdasImportOnlyLambdas = (tree: SourceTree): Verdict =>
  everyImport(tree, under('lambdas'), onlyFilesOf(under('lambdas')));

const declaredIn = (tree: SourceTree, field: 'dependencies'): ReadonlySet<string> => {
  const manifest = JSON.parse(textOf(tree, 'package.json')) as Record<string, Record<string, string> | undefined>;
  return new Set(Object.keys(manifest[field] ?? {}));
};

/** Infrastructure packages are development dependencies, so this keeps `aws-cdk-lib` and its kin out as well. */
export const lambdasLoadOnlyDependencies = (tree: SourceTree): Verdict => {
  const allowed = declaredIn(tree, 'dependencies');
  return everyImport(tree, under('lambdas'), ({ to, typeOnly }) => {
    if (to.kind === 'computed') return 'imports a computed name: the bundler cannot follow it';
    return to.kind === 'package' && !typeOnly && !allowed.has(to.name)
      ? `imports ${to.name}, which package.json does not list under "dependencies"`
      : undefined;
  });
};

/** No types either: they tie the two together just as well. */
export const lambdasNeverImportCdk = (tree: SourceTree): Verdict => {
  const infrastructure = /^(aws-cdk-lib|aws-cdk|constructs|cdk-nag|@aws-cdk\/.*)$/;
  return everyImport(tree, under('lambdas'), ({ to }) =>
    to.kind === 'package' && infrastructure.test(to.name) ? `imports ${to.name}` : undefined,
  );
};

export const libTakesOnlyTypesFromLambdas = (tree: SourceTree): Verdict =>
  everyImport(tree, under('lib'), ({ to, typeOnly }) =>
    to.kind === 'file' && under('lambdas')(to.path) && !typeOnly
      ? `loads ${to.path}: only types may come from there`
      : undefined,
  );

export const libImportsOnlyLibAndLambdas = (tree: SourceTree): Verdict =>
  everyImport(tree, under('lib'), onlyFilesOf(under('lib', 'lambdas', 'schemas')));

/** Its checker belongs to the synthesis, the local registry and the command line alike, so it knows none of them. */
export const schemasImportOnlySchemas = (tree: SourceTree): Verdict =>
  everyImport(tree, under('schemas'), onlyFilesOf(under('schemas')));

/**
 * `lib/platform.ts` belongs to no capability: it is where they meet. `lib/foundation/` may know the settings of a
 * handler it deploys: migrations run with the database, before the stack of any capability.
 */
export const capabilitiesKeepToThemselves = (tree: SourceTree): Verdict =>
  everyImport(tree, under('lib', 'lambdas'), ({ from, to }) => {
    if (to.kind !== 'file' || from === 'lib/platform.ts') return undefined;
    if (under('lib/foundation')(from) && under('lambdas')(to.path)) return undefined;
    const other = capabilityOf(to.path);
    if (other === undefined || other === capabilityOf(from)) return undefined;
    return `imports ${to.path} of the capability ${other}`;
  });

export const localKnowsNoCapability = (tree: SourceTree): Verdict =>
  everyImport(tree, under('local'), onlyFilesOf(under('local', 'schemas')));

export const feedsImportOnlyShared = (tree: SourceTree): Verdict =>
  everyImport(tree, under('feeds'), onlyFilesOf(under('feeds', 'lambdas/shared', 'schemas')));

/** It runs in browsers: no package, nothing of Node's, and of what is deployed only types, which are erased. */
export const consoleImportsOnlyItself = (tree: SourceTree): Verdict =>
  everyImport(tree, under('console'), ({ to, typeOnly }) => {
    if (to.kind !== 'file') return `imports ${to.kind === 'computed' ? 'a computed name' : to.name}`;
    if (under('console')(to.path) || (typeOnly && under('lambdas/shared')(to.path))) return undefined;
    return `imports ${to.path}`;
  });

const outsideWorld = /^(@aws-sdk\/.*|@smithy\/.*|pg|pg-.*)$/;
const mayReachOutside = /^lambdas\/(shared\/.*|.*\/dependencies\.ts|.*-store\.ts|dependencies\.ts)$/;

/** A type of theirs names what is handed in and loads nothing: that is allowed. */
export const clientsStayAtTheEdge = (tree: SourceTree): Verdict =>
  everyImport(tree, under('lambdas'), ({ from, to, typeOnly }) =>
    to.kind === 'package' && !typeOnly && outsideWorld.test(to.name) && !mayReachOutside.test(from)
      ? `imports ${to.name}: only dependencies.ts, *-store.ts and shared/ may`
      : undefined,
  );

/** A file that only hands on what others export hides who imports whom. */
export const noBarrels = (tree: SourceTree): Verdict => {
  const modules = tree.filter(
    ({ path }) => isModule(path) && under('lib', 'lambdas', 'local', 'feeds', 'console')(path),
  );
  const violations = modules.flatMap(({ path, text }) =>
    path.endsWith('/index.ts') || /^export \* from /m.test(text) ? [`${path} hands on what other files export`] : [],
  );
  return { examined: modules.length, violations };
};
