import type { CloudAssembly } from '../cloud-assembly.ts';
import { createClients } from '../resources/clients.ts';
import type { LocalWorld } from '../world.ts';
import { assertTypesKnown, deployStack, type DeployedStack } from './deploy-stack.ts';
import { runGraph } from './run-graph.ts';
import { stackDependencies } from './stack-order.ts';

/** What an assembly became, stacks in the order they were deployed. */
export interface Deployed {
  readonly stacks: readonly DeployedStack[];
  /** @throws Error when the stack, or an output of it, is not there */
  output(stackName: string, outputName: string): string;
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const deployed = (stacks: readonly DeployedStack[]): Deployed => ({
  stacks,
  output(stackName, outputName) {
    const value = stacks.find(({ name }) => name === stackName)?.outputs[outputName];
    if (value === undefined) throw new Error(`the stack ${stackName} has no output ${outputName}`);
    return value;
  },
});

/**
 * Deploys all stacks, each after those it needs. Deploying the same assembly again, into the same data folder, changes
 * nothing; types are checked in all stacks before the first resource is created.
 *
 * @throws DeploymentError naming stack, logical id and type of what cannot be deployed
 */
export const deployAssembly = async (assembly: CloudAssembly, world: LocalWorld): Promise<Deployed> => {
  for (const stack of assembly.stacks) assertTypesKnown(stack);
  const byName = new Map(assembly.stacks.map((stack) => [stack.name, stack]));
  const exports = new Map<string, string>();
  const outputs = new Map<string, Readonly<Record<string, string>>>();
  const done: DeployedStack[] = [];
  const clients = createClients(world.endpoints, world.region);
  const context = { world, clients, assets: assembly.assets, others: { exports, outputs } };
  try {
    // One stack at a time: what is slow inside a stack already runs side by side, and progress stays readable.
    await runGraph(stackDependencies(assembly.stacks), 1, async (name) => {
      const stack = byName.get(name);
      if (!stack) return;
      const startedAt = performance.now();
      const result = await deployStack(stack, context);
      for (const [key, value] of Object.entries(result.exports)) exports.set(key, value);
      outputs.set(name, result.outputs);
      done.push(result);
      world.progress(`deployed ${name}: ${result.resources.size} resources in ${seconds(startedAt)}`);
    });
  } finally {
    clients.destroy();
  }
  return deployed(done);
};
