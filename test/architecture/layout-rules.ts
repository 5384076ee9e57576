import { capabilities, supporting } from './capabilities.ts';
import { foldersOf, isGenerated, isModule, under, type SourceTree, type Verdict } from './source-tree.ts';

const mostLines = 300;

export const filesAreShort = (tree: SourceTree): Verdict => {
  const files = tree.filter(({ path }) => !isGenerated(path));
  const violations = files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > mostLines ? [`${path} has ${lines} lines; ${mostLines} are allowed`] : [];
  });
  return { examined: files.length, violations };
};

const layers = ['lib', 'lambdas', 'test'] as const;

/** A capability is spelled alike in every layer, and is in all of them or in none. */
export const layersMirrorCapabilities = (tree: SourceTree): Verdict => {
  const present = layers.map((layer) => ({ layer, folders: foldersOf(tree, layer) }));
  const strangers = present.flatMap(({ layer, folders }) =>
    [...folders]
      .filter((folder) => !capabilities.includes(folder) && !supporting[layer].includes(folder))
      .map((folder) => `${layer}/${folder} is neither a capability nor a known supporting folder`),
  );
  const gaps = capabilities
    .filter((capability) => present.some(({ folders }) => folders.has(capability)))
    .flatMap((capability) =>
      present
        .filter(({ folders }) => !folders.has(capability))
        .map(({ layer }) => `${layer}/${capability} is missing, though the capability exists elsewhere`),
    );
  const examined = present.reduce((sum, { folders }) => sum + folders.size, 0);
  return { examined, violations: [...strangers, ...gaps] };
};

/** Every folder at the root is one that docs/architecture.md knows. */
const rootFolders = /^(\.ci|bin|lib|lambdas|schemas|migrations|local|feeds|console|load-test|test|docs)\//;

export const rootHoldsKnownFolders = (tree: SourceTree): Verdict => {
  const nested = tree.filter(({ path }) => path.includes('/'));
  const violations = nested
    .filter(({ path }) => !rootFolders.test(path))
    .map(({ path }) => `${path} is in no known folder`);
  return { examined: nested.length, violations };
};

const catchAll = /(^|\/)(utils?|helpers?|common|misc|types|constants)(\/|\.\w+$)/;

export const namesSayAPurpose = (tree: SourceTree): Verdict => {
  const files = tree.filter(({ path }) => isModule(path));
  const violations = files
    .filter(({ path }) => catchAll.test(path) || !/^[a-z0-9./-]+$/.test(path))
    .map(({ path }) => `${path} has a catch-all name or is not in kebab-case`);
  return { examined: files.length, violations };
};

const tiered = /\.test\.ts$/;

/** The tier is in the suffix, so a test file under another name would never run. */
export const testsAreFoundByTheirSuffix = (tree: SourceTree): Verdict => {
  const tests = tree.filter(
    ({ path, text }) =>
      path.endsWith('.ts') && /\bfrom 'vitest';/.test(text) && /^\s*(it|test|describe)[.(]/m.test(text),
  );
  const violations = tests
    .filter(({ path }) => !under('test')(path) || !tiered.test(path))
    .map(({ path }) => `${path} holds tests but is not called test/**/*.test.ts`);
  return { examined: tests.length, violations };
};

/** Folders of a person or a build machine. Each begins where a path begins, so that `docs/home/` is not meant. */
const machinePath =
  /(?:(?<![\w.$}/-])|(?<=:\/\/))\/(home|Users|root|work|tmp|private|mnt|opt)\/[\w.-]+|[A-Z]:\\\\?Users/;

export const noMachinePaths = (tree: SourceTree): Verdict => {
  const violations = tree.flatMap(({ path, text }) => {
    const line = text.split('\n').findIndex((candidate) => machinePath.test(candidate));
    return line >= 0 ? [`${path}:${line + 1} names a path of one machine`] : [];
  });
  return { examined: tree.length, violations };
};

/** With one other registry in it the lockfile would install on some machines only. */
export const lockfileNamesThePublicRegistry = (tree: SourceTree): Verdict => {
  const lockfiles = tree.filter(({ path }) => path === 'package-lock.json');
  const violations = lockfiles.flatMap(({ path, text }) => {
    const { packages } = JSON.parse(text) as { packages: Record<string, { resolved?: string }> };
    return Object.entries(packages)
      .filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'))
      .map(([name, { resolved }]) => `${path} takes ${name} from ${resolved}`);
  });
  return { examined: lockfiles.length, violations };
};

interface LockEntry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * A registry that lacks the packages of other platforms makes `npm install` write a lockfile without them, and
 * `npm ci` then refuses it everywhere. Platform packages are the optional ones of an exact version.
 */
export const lockfileKnowsEveryPlatform = (tree: SourceTree): Verdict => {
  const lockfiles = tree.filter(({ path }) => path === 'package-lock.json');
  const needs = lockfiles.flatMap(({ path, text }) => {
    const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockEntry>> };
    return Object.entries(packages).flatMap(([name, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies)
        .filter(([, version]) => /^\d/.test(version))
        .map(([dependency]) => ({
          sentence: `${path} lacks ${dependency}, an optional dependency of ${name}`,
          met: `node_modules/${dependency}` in packages || `${name}/node_modules/${dependency}` in packages,
        })),
    );
  });
  return { examined: needs.length, violations: needs.filter(({ met }) => !met).map(({ sentence }) => sentence) };
};

/** npm under Node 20 picks other versions than npm under Node 24 (CONTRIBUTING.md): ranges are not left to it. */
export const versionsAreExact = (tree: SourceTree): Verdict => {
  const manifests = tree.filter(({ path }) => path === 'package.json');
  const versions = manifests.flatMap(({ text }) => {
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
    return Object.entries({ ...dependencies, ...devDependencies });
  });
  const violations = versions
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `package.json lets ${name} be ${version}`);
  return { examined: versions.length, violations };
};
