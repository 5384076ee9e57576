import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AppSyncAuthorizationType, type CfnApi, type ChannelNamespace, EventApi } from 'aws-cdk-lib/aws-appsync';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { OidcSettings } from '../config/environment.ts';
import { acknowledge, wildcardFinding } from '../constructs/acknowledge.ts';

export interface ChannelsProps {
  /** Of the API, in the account. */
  readonly name: string;
  /** Whose tokens may connect and subscribe. */
  readonly oidc: OidcSettings;
  readonly logDays: RetentionDays;
}

/** What a channel may begin with; enrichers name channels below these. */
const namespaces = ['match', 'market', 'social'] as const;

/** The channels that clients subscribe to. Clients come with a token and only listen; who publishes comes with IAM. */
export class Channels extends Construct {
  /** Host of the address to publish to. */
  readonly httpDns: string;
  /** Host of the address to subscribe at. */
  readonly realtimeDns: string;
  readonly #namespaces: readonly ChannelNamespace[];

  constructor(scope: Construct, id: string, { name, oidc, logDays }: ChannelsProps) {
    super(scope, id);
    const { IAM, OIDC } = AppSyncAuthorizationType;
    const api = new EventApi(this, 'Api', {
      apiName: name,
      authorizationConfig: {
        authProviders: [
          { authorizationType: IAM },
          // A client's id is, to AppSync, an `aud` or an `azp` of its token.
          { authorizationType: OIDC, openIdConnectConfig: { oidcProvider: oidc.issuer, clientId: oidc.audience } },
        ],
        connectionAuthModeTypes: [OIDC],
        defaultSubscribeAuthModeTypes: [OIDC],
        defaultPublishAuthModeTypes: [IAM],
      },
    });
    // The library's own way to a log is a function that sets its retention, which runs in no local run.
    (api.node.defaultChild as CfnApi).addPropertyOverride('EventConfig.LogConfig', {
      CloudWatchLogsRoleArn: this.#logRole().roleArn,
      LogLevel: 'ERROR',
    });
    // Under the name that AppSync gives it; made here, so that it ends.
    new LogGroup(this, 'Log', {
      logGroupName: `/aws/appsync/apis/${api.apiId}`,
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#namespaces = namespaces.map((namespace) =>
      api.addChannelNamespace(namespace, { channelNamespaceName: namespace }),
    );
    this.httpDns = api.httpDns;
    this.realtimeDns = api.realtimeDns;
  }

  /** Lets a function publish to every channel, and do nothing else with the API. */
  grantPublish(to: IFunction): void {
    for (const namespace of this.#namespaces) namespace.grantPublish(to);
  }

  /** AWS's managed policy would let AppSync write every log of the account. */
  #logRole(): Role {
    const logGroups = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: '/aws/appsync/apis/*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const role = new Role(this, 'LogRole', {
      assumedBy: new ServicePrincipal('appsync.amazonaws.com'),
      inlinePolicies: {
        Log: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroups],
            }),
          ],
        }),
      },
    });
    acknowledge(role, {
      [wildcardFinding(logGroups)]: 'The API asks for its role before it has an id, which is in the name of its log.',
    });
    return role;
  }
}
