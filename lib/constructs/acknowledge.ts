import { Aws, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Rule of a cdk-nag pack, or one finding of it in brackets, to why it is right here. */
export type Acknowledgements = Readonly<Record<string, string>>;

/** Says of findings why they stay. Each finding has its own id: nothing is acknowledged by prefix, nor for a whole stack. */
export const acknowledge = (scope: IConstruct, findings: Acknowledgements): void =>
  Validations.of(scope).acknowledge(...Object.entries(findings).map(([id, reason]) => ({ id, reason })));

const pseudo: Readonly<Record<string, string>> = {
  [Aws.PARTITION]: '<AWS::Partition>',
  [Aws.ACCOUNT_ID]: '<AWS::AccountId>',
  [Aws.REGION]: '<AWS::Region>',
};

/** The id of the finding that a policy names this resource with a wildcard: cdk-nag shows pseudo parameters in brackets. */
export const wildcardFinding = (resource: string): string => {
  const shown = Object.entries(pseudo).reduce((text, [token, name]) => text.replaceAll(token, name), resource);
  return `AwsSolutions-IAM5[Resource::${shown}]`;
};
