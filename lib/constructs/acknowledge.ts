import { Aws, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts findings of cdk-nag at one construct: each id with the reason why it is right here. */
export const acknowledge = (construct: IConstruct, findings: Readonly<Record<string, string>>): void => {
  for (const [id, reason] of Object.entries(findings)) Validations.of(construct).acknowledge({ id, reason });
};

const pseudo: Readonly<Record<string, string>> = {
  [Aws.PARTITION]: '<AWS::Partition>',
  [Aws.ACCOUNT_ID]: '<AWS::AccountId>',
  [Aws.REGION]: '<AWS::Region>',
};

/** Accepts a grant on everything below a prefix; cdk-nag writes pseudo parameters in angle brackets. */
export const acknowledgePrefix = (construct: IConstruct, resource: string, reason: string): void => {
  const shown = Object.entries(pseudo).reduce((text, [token, name]) => text.replaceAll(token, name), resource);
  acknowledge(construct, { [`AwsSolutions-IAM5[Resource::${shown}]`]: reason });
};
