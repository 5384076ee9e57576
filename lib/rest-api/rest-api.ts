import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { ReadDeadLettersEnv, ReadMessagesEnv } from '../../lambdas/rest-api/config.ts';
import type { Environment } from '../config/environment.ts';
import { physicalName, readMessagesUser } from '../config/names.ts';
import { NodeFunction, type NodeFunctionProps } from '../constructs/node-function.ts';
import type { Foundation } from '../foundation/foundation.ts';
import { HttpFront } from './http-front.ts';

/** API Gateway waits for 30 s, and the functions answer within eight; the rest is for a cold start. */
const timeoutSeconds = 20;

/** What clients ask for, over HTTP: what they have missed of a channel, and the dead letters. It only reads. */
export class RestApi extends Stack {
  readonly #environment: Environment;
  readonly #foundation: Foundation;

  constructor(scope: Construct, environment: Environment, foundation: Foundation) {
    const stackName = physicalName(environment.name, 'rest-api');
    super(scope, stackName, { stackName, description: 'Millrace: what clients ask for over HTTP' });
    this.addStackDependency(foundation);
    this.#environment = environment;
    this.#foundation = foundation;
    const front = new HttpFront(this, 'Http', {
      name: stackName,
      ...environment.restApi,
      oidc: environment.oidc,
      logDays: environment.logDays,
    });
    // The channel stands in the path with dots for its slashes.
    front.route(HttpMethod.GET, '/v1/channels/{channel}/messages', 'millrace/read', this.#readMessages().function);
    // With the bytes of every source, which not everyone may see who may watch a match.
    const readDeadLetters = this.#readDeadLetters().function;
    front.route(HttpMethod.GET, '/v1/dead-letters', 'millrace/operate', readDeadLetters);
    // An id has slashes in it.
    front.route(HttpMethod.GET, '/v1/dead-letters/{id+}', 'millrace/operate', readDeadLetters);
    foundation.alarms.raise(this, 'Errors', {
      name: `${stackName}-errors`,
      metric: front.serverErrors({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      above: 0,
      periods: 3, // a client asks again after one
      impact: 'Clients that come back are not told what they have missed; the dead letters cannot be looked at.',
      runbook: 'rest-api-errors',
    });
    new CfnOutput(this, 'ApiUrl', { value: front.url });
  }

  #readMessages(): NodeFunction {
    const { database } = this.#foundation;
    const read = this.#function('ReadMessages', {
      name: physicalName(this.#environment.name, 'rest-api', 'read-messages'),
      purpose: 'Answers what a client has missed of a channel',
      handler: 'lambdas/rest-api/read-messages.handler.ts',
      reaches: [],
      environment: { ...database.address, DATABASE_USER: readMessagesUser } satisfies ReadMessagesEnv,
    });
    database.grantConnect(read.function, readMessagesUser);
    return read;
  }

  #readDeadLetters(): NodeFunction {
    const { deadLetters, tables } = this.#foundation;
    const read = this.#function('ReadDeadLetters', {
      name: physicalName(this.#environment.name, 'rest-api', 'read-dead-letters'),
      purpose: 'Lists dead letters, and shows one',
      handler: 'lambdas/rest-api/read-dead-letters.handler.ts',
      reaches: ['dynamodb', 's3'],
      environment: {
        DEAD_LETTER_TABLE: tables.deadLetters.tableName,
        SOURCES: Object.keys(this.#environment.sources).join(','),
      } satisfies ReadDeadLettersEnv,
    });
    const { tableArn } = tables.deadLetters;
    read.permit({ actions: ['dynamodb:GetItem'], resources: [tableArn] });
    read.permit({ actions: ['dynamodb:Query'], resources: [`${tableArn}/index/by-source-and-day`] });
    read.permit(
      { actions: ['s3:GetObject'], resources: [`${deadLetters.giveUpsArn}/parked/*`] },
      'One object per record that is too large for an item, named by its place in its stream.',
    );
    return read;
  }

  #function(
    id: string,
    props: Pick<NodeFunctionProps, 'name' | 'purpose' | 'handler' | 'reaches' | 'environment'>,
  ): NodeFunction {
    const { restApi, logDays } = this.#environment;
    const { network, alarms } = this.#foundation;
    const made = new NodeFunction(this, id, {
      ...props,
      memoryMb: 512, // an answer has up to 6 MB, several times in memory
      timeoutSeconds,
      reservedConcurrency: restApi.reservedConcurrency,
      logDays,
      network,
    });
    alarms.raise(this, `${id}Failed`, {
      name: `${props.name}-failed`,
      metric: made.function.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      above: 0,
      periods: 3,
      impact: 'A function crashes or runs into its time-out, and its callers get a 500 or a 503.',
      runbook: 'rest-api-errors',
    });
    return made;
  }
}
