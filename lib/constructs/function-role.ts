import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type CfnRole, Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** What Lambda itself does, in the role's name, to put a function into a network. */
const networkInterfaceActions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * A role for one function in the network that may write its own log and nothing else; grants add to it. AWS's managed
 * policies would allow every log group of the account.
 */
export const createFunctionRole = (scope: Construct, functionName: string, logGroup: ILogGroup): Role => {
  const functionArn = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      Log: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
        ],
      }),
      Network: new PolicyDocument({
        statements: [
          new PolicyStatement({ actions: networkInterfaceActions, resources: ['*'] }),
          // For Lambda, not for the code that runs in the function.
          new PolicyStatement({
            effect: Effect.DENY,
            actions: networkInterfaceActions,
            resources: ['*'],
            conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
          }),
        ],
      }),
    },
  });
  const reason = 'Network interfaces have no ARN before they exist; the function’s own code is denied these actions.';
  // Of the role itself: what grants add to its policy is looked at on its own.
  acknowledge(role.node.defaultChild as CfnRole, {
    'AwsSolutions-IAM5[Resource::*]': reason,
    'Serverless-LambdaStarPermissions': reason,
  });
  return role;
};
