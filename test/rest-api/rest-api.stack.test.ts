import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { policiesOf } from '../config/policies.ts';
import { synthesized } from '../config/synthesized.ts';

/** A resource without account, Region, environment and hashes. */
const plain = (resource: string): string =>
  resource
    .replace(/^arn:\S+:s3:::millrace-\w+-(give-ups)-.*>(\/.*)$/, '$1$2')
    .replace(/^arn:.*:dbuser:.*\//, '')
    .replace(/^<(?:PublishOutputFnGetAtt)?([a-zA-Z]+?)[0-9A-F]{8}[^>]*>/, '$1');

describe.each(environmentNames)('the HTTP API in %s', (name) => {
  const environment = environmentNamed(name);
  const platform = synthesized(name);
  const one = (type: string) => {
    const [first, ...more] = platform.ofType(type);
    expect(more).toEqual([]);
    return first?.Properties;
  };
  const named = (what: string) =>
    platform
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `millrace-${name}-rest-api-${what}`);
  const allowed = (what: string): readonly string[] =>
    policiesOf(platform, named(what))
      .flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((to) => `${action} ${plain(to)}`)))
      .filter((line) => !/^(logs|ec2):/.test(line))
      .sort();

  it('lets nobody in without a token of the issuer, for us, that is good for it', () => {
    expect(one('AWS::ApiGatewayV2::Authorizer')).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: environment.oidc.issuer, Audience: [environment.oidc.audience] },
    });
    const [authorizer] = platform.ofType('AWS::ApiGatewayV2::Authorizer');
    for (const { Properties } of platform.ofType('AWS::ApiGatewayV2::Route')) {
      expect(Properties).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: authorizer?.logicalId },
      });
    }
  });

  it('asks for another scope where the bytes of records are, which viewers have no right to', () => {
    const scopes = platform
      .ofType('AWS::ApiGatewayV2::Route')
      .map(({ Properties: { RouteKey, AuthorizationScopes } }) => [RouteKey, AuthorizationScopes]);
    expect(scopes).toEqual([
      ['GET /v1/channels/{channel}/messages', ['millrace/read']],
      ['GET /v1/dead-letters', ['millrace/operate']],
      ['GET /v1/dead-letters/{id+}', ['millrace/operate']],
    ]);
  });

  it('only reads, and leads each path to its function', () => {
    const functionOf = (integrationId: string): string => {
      const integration = platform.resources.find(({ logicalId }) => logicalId === integrationId)?.Properties;
      const [id] = integration.IntegrationUri['Fn::GetAtt'];
      return platform.resources.find(({ logicalId }) => logicalId === id)?.Properties.FunctionName;
    };
    const routes = platform
      .ofType('AWS::ApiGatewayV2::Route')
      .map(({ Properties: { RouteKey, Target } }) => [RouteKey, functionOf(Target['Fn::Join'][1][1].Ref)]);
    expect(routes).toEqual([
      ['GET /v1/channels/{channel}/messages', `millrace-${name}-rest-api-read-messages`],
      ['GET /v1/dead-letters', `millrace-${name}-rest-api-read-dead-letters`],
      ['GET /v1/dead-letters/{id+}', `millrace-${name}-rest-api-read-dead-letters`],
    ]);
  });

  it('is called by pages as its environment says, and by no other', () => {
    const { CorsConfiguration: cors } = one('AWS::ApiGatewayV2::Api');
    const { origins } = environment.restApi;
    const asked = { AllowOrigins: origins, AllowMethods: ['GET'], AllowHeaders: ['authorization'], MaxAge: 3600 };
    expect(cors).toEqual(origins.length === 0 ? undefined : asked);
  });

  it('bounds how much is asked, and writes down who asked for what, without tokens', () => {
    const stage = one('AWS::ApiGatewayV2::Stage');
    expect(stage).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: environment.restApi.requestsPerSecond },
    });
    const line = Object.values(JSON.parse(stage.AccessLogSettings.Format) as Record<string, string>);
    expect(line.length).toBeGreaterThan(5);
    for (const value of line) expect(value).not.toMatch(/header|identity|querystring/i);
  });

  it('lets each function read what it answers from, and nothing else', () => {
    expect(allowed('read-messages')).toEqual(['rds-db:connect rest_api_messages']);
    expect(allowed('read-dead-letters')).toEqual([
      'dynamodb:GetItem TablesDeadLetters',
      'dynamodb:Query TablesDeadLetters/index/by-source-and-day',
      's3:GetObject give-ups/parked/*',
    ]);
  });

  it('lets API Gateway call them for these paths only', () => {
    const permissions = platform.ofType('AWS::Lambda::Permission').filter(({ stack }) => stack === 'rest-api');
    expect(permissions).toHaveLength(3);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(JSON.stringify(Properties.SourceArn)).toMatch(/\/\*\/\*\/v1\/(channels|dead-letters)/);
    }
  });

  it('tells its address', () => {
    const outputs = platform.stacks.find((stack) => stack.name === `millrace-${name}-rest-api`)?.outputs ?? {};
    const [api] = platform.ofType('AWS::ApiGatewayV2::Api');
    expect(outputs['ApiUrl']?.Value).toEqual({ 'Fn::GetAtt': [api?.logicalId, 'ApiEndpoint'] });
  });

  it('raises an alarm for answers that are errors, and for functions that crash', () => {
    const alarms = platform.ofType('AWS::CloudWatch::Alarm').filter(({ stack }) => stack === 'rest-api');
    expect(alarms.map(({ Properties: { AlarmName, MetricName } }) => [AlarmName, MetricName])).toEqual([
      [`millrace-${name}-rest-api-read-messages-failed`, 'Errors'],
      [`millrace-${name}-rest-api-read-dead-letters-failed`, 'Errors'],
      [`millrace-${name}-rest-api-errors`, '5xx'],
    ]);
  });
});
