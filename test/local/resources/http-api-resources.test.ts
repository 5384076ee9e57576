import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestStack } from '../support/test-assembly.ts';
import { code, deployStacks, runtime } from '../support/test-stacks.ts';
import { startTestWorld, type TestWorld } from '../support/test-world.ts';

/** What the CDK makes of an HTTP API with one route for anyone and one for bearers of a token. */
const rest: TestStack = {
  Resources: {
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'read', Code: code, Handler: 'index.handler', Runtime: runtime },
    },
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'api',
        ProtocolType: 'HTTP',
        Description: 'An API.',
        CorsConfiguration: { AllowOrigins: ['https://page.invalid'], AllowMethods: ['GET'], MaxAge: '60' },
      },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: { Ref: 'Api' },
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: { ThrottlingBurstLimit: 10 },
      },
    },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Api' },
        Name: 'oidc',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: 'https://issuer.invalid', Audience: ['millrace'] },
      },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['Function', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Open: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /open/{id+}',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
        AuthorizationType: 'NONE',
      },
    },
    Closed: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /closed',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'Authorizer' },
        AuthorizationScopes: ['millrace/read'],
      },
    },
  },
  Outputs: { Url: { Value: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } } },
};

let world: TestWorld;
let url: string;
beforeAll(async () => {
  world = await startTestWorld();
  const deployed = await deployStacks(world, { rest });
  url = deployed.output('rest', 'Url');
});
afterAll(() => world.stop());

describe('the resources of an HTTP API', () => {
  it('are a route to the function, and CORS', async () => {
    const open = await fetch(`${url}/open/a/b`, { headers: { origin: 'https://page.invalid' } });
    expect(await open.json()).toMatchObject({ routeKey: 'GET /open/{id+}', pathParameters: { id: 'a/b' } });
    expect(open.headers.get('access-control-allow-origin')).toBe('https://page.invalid');
    expect(world.functions.invoked.map(({ name }) => name)).toEqual(['read']);
  });

  it('are an authorizer that takes tokens of the issuer it names, for its audience and scope', async () => {
    const status = async (token: string) =>
      (await fetch(`${url}/closed`, { headers: { authorization: `Bearer ${token}` } })).status;
    const { issuer } = world.world;
    expect(await status(await issuer.mint())).toBe(200);
    expect(await status(await issuer.mint({ audience: 'other' }))).toBe(401);
    expect(await status(await issuer.mint({ issuer: 'https://other.invalid' }))).toBe(401);
    expect(await status(await issuer.mint({ expiresInSeconds: -1 }))).toBe(401);
    expect(await status(await issuer.mint({ scope: 'millrace/write' }))).toBe(403);
    expect((await fetch(`${url}/closed`)).status).toBe(401);
  });

  it('are the same, at the same address, after another deploy', async () => {
    const again = await deployStacks(world, { rest });
    expect(again.output('rest', 'Url')).toBe(url);
    expect((await fetch(`${url}/open/1`)).status).toBe(200);
  });

  const change = (logicalId: string, properties: object): Record<string, TestStack> => {
    const resource = rest.Resources[logicalId] as { Properties: object };
    const changed = { ...resource, Properties: { ...resource.Properties, ...properties } };
    return { rest: { Resources: { ...rest.Resources, [logicalId]: changed } } };
  };
  it.each([
    ['Api', { ProtocolType: 'WEBSOCKET' }, 'HTTP APIs only'],
    ['Stage', { StageName: 'v1' }, 'the stage $default only'],
    ['Stage', { AutoDeploy: false }, 'must be true'],
    ['Authorizer', { IdentitySource: ['$request.querystring.token'] }, 'in the Authorization header only'],
    ['Integration', { PayloadFormatVersion: '1.0' }, 'payload format 2.0 only'],
    ['Integration', { IntegrationUri: 'https://elsewhere.invalid' }, 'must be a function'],
    ['Integration', { TimeoutInMillis: 31_000 }, 'TimeoutInMillis'],
    ['Closed', { RouteKey: 'GET /a/{rest+}/b' }, 'must be $default, or a method and a path'],
    ['Closed', { RouteKey: 'GET /open/{id+}' }, 'is there twice'],
    ['Closed', { Target: 'integrations/none' }, 'there is no integration none'],
    ['Closed', { AuthorizerId: 'none' }, 'there is no none'],
    ['Closed', { ApiKeyRequired: true }, 'ApiKeyRequired'],
  ])('fail the deploy where %s is %o', async (logicalId, properties, message) => {
    await expect(deployStacks(world, change(logicalId, properties))).rejects.toThrow(message);
  });
});
