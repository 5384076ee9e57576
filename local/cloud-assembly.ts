import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { Template } from './template/template.ts';

const Manifest = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      dependencies: z.optional(z.array(z.string())),
      properties: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
});
type Artifact = z.infer<typeof Manifest>['artifacts'][string];

const AssetManifest = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({
      source: z.looseObject({ path: z.optional(z.string()), packaging: z.optional(z.string()) }),
      destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
    }),
  ),
});

export interface AssemblyStack {
  readonly name: string;
  readonly template: Template;
  /** Names of the stacks the assembly says must be deployed first. */
  readonly dependsOn: readonly string[];
}

/** What `cdk synth` wrote: templates, and the folders their functions' code is in. */
export interface CloudAssembly {
  readonly stacks: readonly AssemblyStack[];
  /** S3 key of a deployed asset → the folder (or file) it is made from, absolute. */
  readonly assets: ReadonlyMap<string, string>;
}

/** @throws Error naming the file that is missing or not what a cloud assembly holds */
const readJson = async <Content>(path: string, schema: z.ZodType<Content>): Promise<Content> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read. Synthesize first: the local run deploys what "cdk synth" wrote.`, {
      cause: error,
    });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${path} is no part of a cloud assembly we can read: ${why}`, { cause: error });
  }
};

const fileOf = (artifact: Artifact, property: string, id: string): string => {
  const name = artifact.properties?.[property];
  if (typeof name === 'string') return name;
  throw new Error(`The assembly's artifact "${id}" has no property "${property}".`);
};

const readStack = async (
  dir: string,
  id: string,
  artifact: Artifact,
  stackNames: ReadonlyMap<string, string>,
): Promise<AssemblyStack> => ({
  name: stackNames.get(id) ?? id,
  template: await readJson(join(dir, fileOf(artifact, 'templateFile', id)), Template),
  dependsOn: (artifact.dependencies ?? []).flatMap((dependency) => stackNames.get(dependency) ?? []),
});

const readAssets = async (
  dir: string,
  id: string,
  artifact: Artifact,
): Promise<readonly (readonly [string, string])[]> => {
  const path = join(dir, fileOf(artifact, 'file', id));
  const { files } = await readJson(path, AssetManifest);
  return Object.values(files).flatMap(({ source, destinations }) =>
    Object.values(destinations).flatMap(({ objectKey }) =>
      source.path === undefined ? [] : [[objectKey, join(dirname(path), source.path)] as const],
    ),
  );
};

/**
 * Reads a synthesized app.
 *
 * @param dir - the folder with `manifest.json`
 */
export const readAssembly = async (dir: string): Promise<CloudAssembly> => {
  const { artifacts } = await readJson(join(dir, 'manifest.json'), Manifest);
  const all = Object.entries(artifacts);
  const ofType = (type: string): typeof all => all.filter(([, artifact]) => artifact.type === type);

  const nested = ofType('cdk:cloud-assembly').map(([id]) => id);
  if (nested.length > 0)
    throw new Error(`The assembly holds CDK stages (${nested.join(', ')}); the local run knows stacks only.`);

  const stackArtifacts = ofType('aws:cloudformation:stack');
  const stackNames = new Map(
    stackArtifacts.map(([id, { properties }]) => {
      const name = properties?.['stackName'];
      return [id, typeof name === 'string' ? name : id];
    }),
  );
  const [stacks, assets] = await Promise.all([
    Promise.all(stackArtifacts.map(([id, artifact]) => readStack(dir, id, artifact, stackNames))),
    Promise.all(ofType('cdk:asset-manifest').map(([id, artifact]) => readAssets(dir, id, artifact))),
  ]);
  return { stacks, assets: new Map(assets.flat()) };
};
