import type { SynthesizedPlatform, SynthesizedResource } from './synthesized.ts';

export interface Allowance {
  readonly actions: readonly string[];
  /** As text: references by logical id or output, pseudo parameters in angle brackets. */
  readonly resources: readonly string[];
  /** As in the template. */
  readonly condition?: unknown;
}

type Value = string | readonly unknown[] | Readonly<Record<string, unknown>>;

/** An intrinsic function as text a person can read. */
export const shown = (value: Value): string => {
  if (typeof value === 'string') return value;
  const [[kind, argument] = ['', '']] = Object.entries(value) as [string, Value][];
  switch (kind) {
    case 'Ref':
      return `<${argument as string}>`;
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Fn::GetStackOutput':
      return `<${(argument as unknown as { OutputName: string }).OutputName}>`;
    case 'Fn::Join':
      return ((argument as [string, Value[]])[1] ?? []).map((part) => shown(part)).join((argument as [string])[0]);
    case 'Fn::Select':
      return shown((argument as [number, Value])[1]);
    case 'Fn::Split':
      return shown((argument as [string, Value])[1]);
    default:
      throw new Error(`cannot show ${JSON.stringify(value)}`);
  }
};

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: Value | Value[];
  readonly Condition?: unknown;
}

const allowances = (document: { Statement: readonly Statement[] }): Allowance[] =>
  document.Statement.filter(({ Effect }) => Effect === 'Allow').map(({ Action, Resource, Condition }) => ({
    actions: [Action].flat(),
    resources: ([Resource].flat() as Value[]).map((resource) => shown(resource)),
    ...(Condition === undefined ? {} : { condition: Condition }),
  }));

/** Everything that a role's own and attached policies allow. */
export const roleAllows = (platform: SynthesizedPlatform, role: SynthesizedResource): readonly Allowance[] => {
  const inline = (role.Properties.Policies ?? []).flatMap((policy: never) => allowances(policy['PolicyDocument']));
  const attached = platform.resources
    .filter(
      ({ Type, stack, Properties }) =>
        Type === 'AWS::IAM::Policy' &&
        stack === role.stack &&
        Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role.logicalId),
    )
    .flatMap(({ Properties }) => allowances(Properties.PolicyDocument));
  return [...inline, ...attached];
};

/** What a function may do; throws where it has no role. */
export const policiesOf = (
  platform: SynthesizedPlatform,
  consumer: SynthesizedResource | undefined,
): readonly Allowance[] => {
  const id = consumer?.Properties.Role['Fn::GetAtt'][0];
  const role = platform
    .ofType('AWS::IAM::Role')
    .find(({ logicalId, stack }) => logicalId === id && stack === consumer?.stack);
  if (!role) throw new Error(`there is no role ${id}`);
  return roleAllows(platform, role);
};
