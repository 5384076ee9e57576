import { stringsOf } from './imports.ts';
import { isModule, under, type SourceTree, type Verdict } from './source-tree.ts';

interface Naming {
  readonly by: string;
  /** The end of a handler's path, without `../`. */
  readonly name: string;
}

const namings = (tree: SourceTree): readonly Naming[] =>
  tree
    .filter(({ path }) => isModule(path) && under('lib')(path))
    .flatMap((file) =>
      stringsOf(file)
        .filter((text) => text.endsWith('.handler.ts'))
        .map((text) => ({ by: file.path, name: text.replace(/^(\.{0,2}\/)+/, '') })),
    );

/** `lambdas/enrichment/a.handler.ts` is named by itself, by `enrichment/a.handler.ts` or, within its capability, by `a.handler.ts`. */
const means = ({ by, name }: Naming, handler: string): boolean => {
  const [, capability = ''] = handler.split('/');
  return (
    handler === name ||
    handler === `lambdas/${name}` ||
    (under(`lib/${capability}`)(by) && handler === `lambdas/${capability}/${name}`)
  );
};

/** A handler nobody deploys is dead code; a function whose handler is gone fails only when it is bundled. */
export const handlersAreDeployedOnce = (tree: SourceTree): Verdict => {
  const handlers = tree
    .map(({ path }) => path)
    .filter((path) => under('lambdas')(path) && path.endsWith('.handler.ts'));
  const names = namings(tree);
  const wrong = handlers.flatMap((handler) => {
    const constructs = names.filter((naming) => means(naming, handler)).map(({ by }) => by);
    return constructs.length === 1
      ? []
      : [`${handler} is deployed by ${constructs.length === 0 ? 'nothing' : constructs.join(' and ')}`];
  });
  const missing = names
    .filter((naming) => !handlers.some((handler) => means(naming, handler)))
    .map(({ by, name }) => `${by} names ${name}, which is no handler`);
  return { examined: handlers.length, violations: [...wrong, ...missing] };
};

/** Only these make functions, and they ask for a handler: everything else goes through them. */
const functionMakers = /\bnew (NodejsFunction|Function|CfnFunction|DockerImageFunction|SingletonFunction)\b/;

export const functionsAreMadeInOnePlace = (tree: SourceTree): Verdict => {
  const modules = tree.filter(({ path }) => isModule(path) && under('lib')(path));
  const makers = modules.filter(({ text }) => functionMakers.test(text)).map(({ path }) => path);
  return {
    examined: makers.length,
    violations: makers
      .filter((path) => path !== 'lib/constructs/node-function.ts')
      .map((path) => `${path} makes a function without lib/constructs/node-function.ts`),
  };
};
