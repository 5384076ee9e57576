import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { HeldSource, KeeperEnv } from '../../lambdas/operations/holds/config.ts';
import { keeperConcurrency } from '../config/check-environment.ts';
import type { Environment, SourceSettings } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { callOnSchedule, leaveToNextCall } from '../constructs/schedule.ts';
import type { Foundation } from '../foundation/foundation.ts';

export interface HoldsProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
}

/** Nothing ends a hold because it is old: this part of `longestHoldHours` leaves a person the rest of it. */
const tellBeforeEnd = 0.75;

/** Lets mappings follow holds, and ends a hold when a probe finds its cause gone. */
export class Holds extends Construct {
  constructor(scope: Construct, id: string, { environment, foundation }: HoldsProps) {
    super(scope, id);
    const { streams, tables, alarms } = foundation;
    const name = physicalName(environment.name, 'operations', 'keep-holds');
    const sources = [...streams].map(([source, { streamName, streamArn }]): HeldSource => ({
      source,
      functionName: physicalName(environment.name, 'enrichment', source),
      streamName,
      streamArn,
    }));

    const keeper = new NodeFunction(this, 'KeepHolds', {
      name,
      purpose: 'Switches mappings as holds say, and ends a hold when its cause is gone',
      handler: 'lambdas/operations/keep-holds.handler.ts',
      memoryMb: 512, // 200 held records of a source are up to 10 MB, twice in base64
      timeoutSeconds: 60,
      reservedConcurrency: keeperConcurrency.keepHolds,
      logDays: environment.logDays,
      network: foundation.network,
      reaches: ['dynamodb', 'kinesis', 'lambda'],
      environment: {
        ENVIRONMENT: environment.name,
        CONTROLS_TABLE: tables.controls.tableName,
        SOURCES: JSON.stringify(sources),
      } satisfies KeeperEnv,
    });
    leaveToNextCall(keeper.function, Duration.minutes(1));
    for (const stream of streams.values()) {
      stream.grant(keeper.function, 'kinesis:GetShardIterator', 'kinesis:GetRecords', 'kinesis:ListShards');
    }
    keeper.permit({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      resources: [tables.controls.tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': sources.map(({ source }) => `hold/${source}`) },
      },
    });
    this.#permitLambda(keeper, sources);

    callOnSchedule(this, 'EveryMinute', {
      name,
      purpose: 'Looks at holds; while one stands, it stays and looks every five seconds',
      function: keeper.function,
      expression: 'rate(1 minute)',
    });
    const period = Duration.minutes(1);
    for (const { source } of sources) {
      const ofSource = (metricName: string): Metric =>
        new Metric({
          namespace: 'Millrace',
          metricName,
          dimensionsMap: { service: 'operations', source, environment: environment.name },
          statistic: Stats.MAXIMUM,
          period,
        });
      alarms.raise(this, `Held-${source}`, {
        name: `${physicalName(environment.name, 'enrichment', source)}-held`,
        metric: ofSource('HoldStanding'),
        above: 0,
        periods: 3, // what ends by itself sooner wakes nobody
        impact: `The reading of ${source} is stopped on purpose; its events wait in the stream, and nothing is lost yet.`,
        runbook: 'enrichment-held',
      });
      const { longestHoldHours } = environment.sources[source] as SourceSettings;
      alarms.raise(this, `HeldTooLong-${source}`, {
        name: `${physicalName(environment.name, 'enrichment', source)}-held-too-long`,
        metric: ofSource('HoldAge'),
        above: longestHoldHours * 3_600 * tellBeforeEnd,
        periods: 3,
        impact: `${source} is held so long that its oldest events will soon be too old to be read: they would be given up.`,
        runbook: 'enrichment-held',
      });
    }
    alarms.raise(this, 'Failed', {
      name: `${name}-failed`,
      metric: keeper.function.metricErrors({ statistic: Stats.SUM, period }),
      above: 0,
      periods: 3, // the next minute mostly mends it
      impact: 'Holds neither stop a mapping nor end by themselves: outages spend attempts, and held sources stay held.',
      runbook: 'operations-holds',
    });
  }

  #permitLambda(keeper: NodeFunction, sources: readonly HeldSource[]): void {
    const arn = (resource: string, resourceName: string): string =>
      Stack.of(this).formatArn({
        service: 'lambda',
        resource,
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const functions = sources.map(({ functionName }) => arn('function', functionName));
    keeper.permit({ actions: ['lambda:InvokeFunction'], resources: functions });
    keeper.permit(
      {
        actions: ['lambda:UpdateEventSourceMapping'],
        resources: [arn('event-source-mapping', '*')],
        conditions: { ArnEquals: { 'lambda:FunctionArn': functions } },
      },
      'A mapping has no name, only an id that Lambda makes; the condition leaves the mappings of our sources.',
    );
    keeper.permit(
      { actions: ['lambda:ListEventSourceMappings'], resources: ['*'] },
      'IAM knows no resource for this call; it reads the states of mappings.',
    );
  }
}
