import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../lib/app.ts';
import type { EnvironmentName } from '../../lib/config/environment.ts';
import { composePlatform } from '../../lib/platform.ts';

export interface SynthesizedResource {
  readonly environment: EnvironmentName;
  /** `foundation`, `enrichment`, … */
  readonly stack: string;
  readonly logicalId: string;
  readonly Type: string;
  // eslint-disable-next-line typescript/no-explicit-any -- a template has no type
  readonly Properties: any;
  readonly DependsOn: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface SynthesizedStack {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly terminationProtection: boolean;
}

export interface SynthesizedPlatform {
  readonly stacks: readonly SynthesizedStack[];
  readonly resources: readonly SynthesizedResource[];
  /** Every resource of a type; throws where there is none, because a test over nothing passes. */
  ofType(type: string): readonly SynthesizedResource[];
}

/** Synthesizes an environment as the CDK app does, cdk-nag included, without bundling the functions. */
const synthesize = (environment: EnvironmentName): SynthesizedPlatform => {
  const outdir = mkdtempSync(join(tmpdir(), 'millrace-synth-'));
  try {
    const app = createApp({ 'aws:cdk:bundling-stacks': [] }, outdir);
    composePlatform(app, environment);
    const assembly = app.synth();
    const stacks = assembly.stacks.map((stack) => ({
      name: stack.stackName,
      dependsOn: stack.dependencies.map(({ id }) => id),
      outputs: stack.template.Outputs ?? {},
      terminationProtection: stack.terminationProtection ?? false,
    }));
    const resources = assembly.stacks.flatMap((stack) =>
      Object.entries(stack.template.Resources as Record<string, SynthesizedResource>).map(([logicalId, resource]) => ({
        ...resource,
        DependsOn: [resource.DependsOn ?? []].flat(),
        environment,
        stack: stack.stackName.replace(`millrace-${environment}-`, ''),
        logicalId,
      })),
    );
    return {
      stacks,
      resources,
      ofType: (type) => {
        const found = resources.filter(({ Type }) => Type === type);
        if (found.length === 0) throw new Error(`${environment} has no ${type}`);
        return found;
      },
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
};

const known = new Map<EnvironmentName, SynthesizedPlatform>();

/** Synthesized once per environment and test file. */
export const synthesized = (environment: EnvironmentName): SynthesizedPlatform => {
  const platform = known.get(environment) ?? synthesize(environment);
  known.set(environment, platform);
  return platform;
};
