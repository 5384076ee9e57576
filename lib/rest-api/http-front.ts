import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  type HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { OidcSettings, RestApiSettings } from '../config/environment.ts';

export interface HttpFrontProps extends Pick<RestApiSettings, 'requestsPerSecond' | 'origins'> {
  /** Of the API, in the account. */
  readonly name: string;
  /** Whose tokens may come in. */
  readonly oidc: OidcSettings;
  readonly logDays: RetentionDays;
}

/** What a token must say that it is good for: what every client may see, or what operators see, raw records among it. */
export type Scope = 'millrace/read' | 'millrace/operate';

/** A line for each request: no token, no body, and nothing that a caller writes but the path. */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    at: '$context.requestTime',
    route: '$context.routeKey',
    path: '$context.path',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    bytes: '$context.responseLength',
    subject: '$context.authorizer.claims.sub',
    refused: '$context.authorizer.error',
    error: '$context.integrationErrorMessage',
  }),
);

/** An HTTP API that lets nobody in without a token, writes down who asked for what, and bounds how much. */
export class HttpFront extends Construct {
  readonly url: string;
  readonly #api: HttpApi;
  readonly #integrations = new Map<IFunction, HttpLambdaIntegration>();

  constructor(parent: Construct, id: string, { name, requestsPerSecond, origins, oidc, logDays }: HttpFrontProps) {
    super(parent, id);
    this.#api = new HttpApi(this, 'Api', {
      apiName: name,
      createDefaultStage: false,
      defaultAuthorizer: new HttpJwtAuthorizer('Oidc', oidc.issuer, { jwtAudience: [oidc.audience] }),
      ...(origins.length === 0
        ? {}
        : {
            corsPreflight: {
              allowOrigins: [...origins],
              allowMethods: [CorsHttpMethod.GET],
              allowHeaders: ['authorization'],
              maxAge: Duration.hours(1),
            },
          }),
    });
    const log = new LogGroup(this, 'AccessLog', {
      // Under this prefix a log group needs no rule of its own in the account's policy, whose length is bounded.
      logGroupName: `/aws/vendedlogs/${name}`,
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: requestsPerSecond },
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLog },
    });
    // Of the stage $default, whose name is in no path.
    this.url = this.#api.apiEndpoint;
  }

  /** @param scope - of the token that a request must bring */
  route(method: HttpMethod, path: string, scope: Scope, to: IFunction): void {
    const integration = this.#integrations.get(to) ?? new HttpLambdaIntegration(to.node.path, to);
    this.#integrations.set(to, integration);
    this.#api.addRoutes({ path, methods: [method], integration, authorizationScopes: [scope] });
  }

  /** Answers of 500 and above. */
  serverErrors(options: MetricOptions): Metric {
    return this.#api.metricServerError(options);
  }
}
