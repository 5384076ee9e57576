import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAssembly } from '../../../local/cloud-assembly.ts';
import { stackDependencies } from '../../../local/template/stack-order.ts';
import { ASSET_KEY, writeAssembly } from '../support/test-assembly.ts';
import { temporaryFolder } from '../support/test-world.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const queue = { Queue: { Type: 'AWS::SQS::Queue' } };
const outputting = (Outputs: Record<string, unknown>) => ({ Resources: queue, Outputs });

describe('readAssembly', () => {
  it('reads stacks, what they depend on, and where assets are', async () => {
    await writeAssembly(folder.path, { first: { Resources: queue }, second: { Resources: {} } }, { second: ['first'] });
    const { stacks, assets } = await readAssembly(folder.path);
    expect(stacks.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
      ['first', []],
      ['second', ['first']],
    ]);
    expect(stacks[0]?.template.Resources).toEqual(queue);
    expect(assets.get(ASSET_KEY)).toBe(join(folder.path, 'asset.code'));
  });

  it('says that it needs a synthesized app when there is none', async () => {
    await expect(readAssembly(folder.path)).rejects.toThrow(/manifest\.json cannot be read\. Synthesize first/);
  });

  it('refuses a template with a section it does not know', async () => {
    await writeAssembly(folder.path, { only: { Resources: {}, Transform: 'AWS::Serverless-2016-10-31' } });
    await expect(readAssembly(folder.path)).rejects.toThrow(/only\.template\.json is no part[^]*Transform/);
  });

  it('refuses a file that is no JSON, naming it', async () => {
    await writeAssembly(folder.path, { only: { Resources: {} } });
    await writeFile(join(folder.path, 'only.template.json'), '{');
    await expect(readAssembly(folder.path)).rejects.toThrow(/only\.template\.json is no part of a cloud assembly/);
  });

  it.each([
    [{ type: 'cdk:cloud-assembly' }, /CDK stages \(odd\)/],
    [{ type: 'aws:cloudformation:stack' }, /artifact "odd" has no property "templateFile"/],
  ])('refuses the artifact %j', async (artifact, message) => {
    await writeFile(join(folder.path, 'manifest.json'), JSON.stringify({ artifacts: { odd: artifact } }));
    await expect(readAssembly(folder.path)).rejects.toThrow(message);
  });

  it('takes the name a stack was given over its artifact id', async () => {
    await writeAssembly(folder.path, { id: { Resources: {} } });
    const properties = { templateFile: 'id.template.json', stackName: 'given' };
    const manifest = { artifacts: { id: { type: 'aws:cloudformation:stack', properties } } };
    await writeFile(join(folder.path, 'manifest.json'), JSON.stringify(manifest));
    const { stacks } = await readAssembly(folder.path);
    expect(stacks.map(({ name }) => name)).toEqual(['given']);
  });
});

describe('stackDependencies', () => {
  it('follows the assembly, imports and outputs read from other stacks', async () => {
    await writeAssembly(
      folder.path,
      {
        reader: outputting({
          A: { Value: { 'Fn::ImportValue': { 'Fn::Sub': '${AWS::Region}-url' } } },
          B: { Value: { 'Fn::GetStackOutput': { StackName: 'weak', OutputName: 'Url' } } },
          C: { Value: { 'Fn::ImportValue': 'from-somewhere-else' } },
        }),
        exporter: outputting({
          Url: { Value: { Ref: 'Queue' }, Export: { Name: { 'Fn::Sub': '${AWS::Region}-url' } } },
        }),
        weak: outputting({ Url: { Value: { Ref: 'Queue' } } }),
        named: { Resources: {} },
      },
      { reader: ['named'] },
    );
    const { stacks } = await readAssembly(folder.path);
    const dependencies = stackDependencies(stacks);
    expect([...(dependencies.get('reader') ?? [])].sort()).toEqual(['exporter', 'named', 'weak']);
    expect(dependencies.get('exporter')).toEqual([]);
  });
});
