import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface TestStack {
  readonly Resources: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
  readonly [section: string]: unknown;
}

/** S3 key of the one asset that every test assembly holds. */
export const ASSET_KEY = 'code.zip';

/**
 * Writes a cloud assembly as `cdk synth` does.
 *
 * @param dependsOn - stack → stacks the manifest names as its dependencies
 */
export const writeAssembly = async (
  dir: string,
  stacks: Readonly<Record<string, TestStack>>,
  dependsOn: Readonly<Record<string, readonly string[]>> = {},
): Promise<string> => {
  await mkdir(join(dir, 'asset.code'), { recursive: true });
  await writeFile(join(dir, 'asset.code', 'index.mjs'), 'export const handler = async () => ({});\n');
  const artifacts = Object.keys(stacks).map((name) => [
    name,
    {
      type: 'aws:cloudformation:stack',
      dependencies: ['assets', ...(dependsOn[name] ?? [])],
      properties: { templateFile: `${name}.template.json` },
    },
  ]);
  const assets = {
    version: '55.0.0',
    files: {
      code: { source: { path: 'asset.code', packaging: 'zip' }, destinations: { here: { objectKey: ASSET_KEY } } },
    },
  };
  const manifest = {
    version: '55.0.0',
    artifacts: {
      assets: { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
      ...Object.fromEntries(artifacts),
    },
  };
  await writeFile(join(dir, 'assets.json'), JSON.stringify(assets));
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  for (const [name, template] of Object.entries(stacks))
    await writeFile(join(dir, `${name}.template.json`), JSON.stringify(template));
  return dir;
};
