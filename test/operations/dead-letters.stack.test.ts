import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { policiesOf } from '../config/policies.ts';
import { synthesized } from '../config/synthesized.ts';

describe.each(environmentNames)('the intake of dead letters in %s', (name) => {
  const platform = synthesized(name);
  const functionNamed = (what: string) => {
    const found = platform
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `millrace-${name}-operations-${what}`);
    if (!found) throw new Error(`there is no function ${what}`);
    return found;
  };
  const queueNamed = (thing: string) =>
    platform.ofType('AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === `millrace-${name}-${thing}`);
  const mappingOf = (what: string) => {
    const { logicalId } = functionNamed(what);
    const mappings = platform
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ stack, Properties }) => stack === 'operations' && Properties.FunctionName.Ref === logicalId);
    expect(mappings).toHaveLength(1);
    return mappings[0]?.Properties;
  };

  it.each([
    ['take-in-parked', 'parked', 10],
    ['take-in-given-up', 'given-up', 1],
  ])('%s reads its queue at once, answers for each message, and is never throttled', (what, queue, batchSize) => {
    const mapping = mappingOf(what);
    const { ReservedConcurrentExecutions, Timeout } = functionNamed(what).Properties;
    expect(mapping).toMatchObject({
      BatchSize: batchSize,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: ReservedConcurrentExecutions },
      MetricsConfig: { Metrics: ['EventCount'] },
    });
    expect(mapping.MaximumBatchingWindowInSeconds ?? 0).toBe(0);
    expect(JSON.stringify(mapping.EventSourceArn)).toContain(queueNamed(queue)?.logicalId);
    expect(ReservedConcurrentExecutions).toBeGreaterThanOrEqual(2);
    // What AWS asks for; and no outage of half an hour drives a good message out of its queue.
    const { VisibilityTimeout, RedrivePolicy } = queueNamed(queue)?.Properties ?? {};
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout);
    expect(VisibilityTimeout * RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(1_800);
  });

  it.each([
    ['take-in-parked', 'parked', []],
    ['take-in-given-up', 'given-up', ['s3:GetObject aws/lambda/*']],
  ])('%s may put entries and large bytes, read its queue, and nothing else', (what, queue, more) => {
    const own = policiesOf(platform, functionNamed(what))
      .filter(({ actions }) => !/^(logs|ec2):/.test(actions[0] ?? ''))
      .flatMap(({ actions, resources }) =>
        actions.flatMap((action) =>
          resources.map((resource) => `${action} ${resource.replace(/^arn.*?:s3:::[^/]*\//, '')}`),
        ),
      )
      .map((line) => line.replace(/<\w*(Parked|GivenUp|TablesDeadLetters)[^>]*>/, '$1'))
      .sort();
    const thing = queue === 'parked' ? 'Parked' : 'GivenUp';
    expect(own).toEqual(
      [
        'dynamodb:PutItem TablesDeadLetters',
        's3:PutObject parked/*',
        ...more,
        `sqs:DeleteMessage ${thing}`,
        `sqs:GetQueueAttributes ${thing}`,
        `sqs:ReceiveMessage ${thing}`,
      ].sort(),
    );
  });

  it('tells the functions which source a stream is of, and connects neither to the database', () => {
    for (const what of ['take-in-parked', 'take-in-given-up']) {
      const { Variables } = functionNamed(what).Properties.Environment;
      expect(Variables.STREAM_SOURCES.split(',')).toContain(`millrace-${name}-market=market`);
      expect(Variables.DATABASE_HOST).toBeUndefined();
    }
  });
});
