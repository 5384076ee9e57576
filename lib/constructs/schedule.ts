import type { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface ScheduleProps {
  /** Of the schedule, in the account: its function's. */
  readonly name: string;
  readonly purpose: string;
  readonly function: LambdaFunction;
  /** `rate(…)` or `cron(…)`, in UTC. */
  readonly expression: string;
}

/** Lets a function be called by the clock, with an empty object. */
export const callOnSchedule = (scope: Construct, id: string, props: ScheduleProps): void => {
  // CDK's own target would also allow every version of the function.
  const role = new Role(scope, 'ScheduleRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
  const allowed = props.function.grantInvokeLatestVersion(role);
  const schedule = new CfnSchedule(scope, id, {
    name: props.name,
    description: props.purpose,
    scheduleExpression: props.expression,
    scheduleExpressionTimezone: 'UTC',
    flexibleTimeWindow: { mode: 'OFF' },
    target: { arn: props.function.functionArn, roleArn: role.roleArn, input: '{}' },
  });
  allowed.applyBefore(schedule);
};

/**
 * For what looks at everything each time: the next call does what a failed one has not done. Tries on top of it would take
 * its place from that one.
 */
export const leaveToNextCall = (called: LambdaFunction, every: Duration): void => {
  called.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: every });
  acknowledge(called.node.findChild('EventInvokeConfig'), {
    'Serverless::Serverless-LambdaAsyncFailureDestination':
      'A failed call carries nothing: the next one looks at the same. Failures are counted, and alarmed on.',
  });
};
