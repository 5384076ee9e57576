import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClients, type Clients } from '../../../local/resources/clients.ts';
import { providers } from '../../../local/resources/providers.ts';
import type { Resource } from '../../../local/resources/provider.ts';
import { startTestWorld, type TestWorld } from '../support/test-world.ts';

let world: TestWorld;
let clients: Clients;
beforeAll(async () => {
  world = await startTestWorld();
  clients = createClients(world.world.endpoints, world.world.region);
});
afterAll(async () => {
  clients.destroy();
  await world.stop();
});

const create = async (type: string, properties: Record<string, unknown>): Promise<Resource | undefined> =>
  providers.get(type)?.create(properties, {
    place: { stack: 'push', logicalId: 'A', type },
    world: world.world,
    clients,
    assets: new Map(),
  });

const oidc = { AuthType: 'OPENID_CONNECT' };
const iam = { AuthType: 'AWS_IAM' };
const config = (provider: object = {}) => ({
  AuthProviders: [
    iam,
    { ...oidc, OpenIDConnectConfig: { Issuer: 'https://i.invalid', ClientId: 'app|web', ...provider } },
  ],
  ConnectionAuthModes: [oidc],
  DefaultPublishAuthModes: [iam],
  DefaultSubscribeAuthModes: [oidc],
});

describe('AWS::AppSync::Api', () => {
  it('is deployed as the template has it, and names the issuer of tokens and its client', async () => {
    const resource = await create('AWS::AppSync::Api', {
      Name: 'push',
      EventConfig: config({ IatTTL: '60000', AuthTTL: 1 }),
    });
    expect(resource).toEqual({
      ref: 'arn:aws:appsync:eu-west-1:000000000000:apis/api',
      attributes: {
        ApiArn: 'arn:aws:appsync:eu-west-1:000000000000:apis/api',
        ApiId: 'api',
        'Dns.Http': 'localhost:1',
        'Dns.Realtime': 'localhost:1',
      },
    });
    expect(world.events.deployed).toContainEqual({
      name: 'push',
      openIdConnect: {
        issuer: 'https://i.invalid',
        clientId: 'app|web',
        issuedWithinMs: 60_000,
        authenticatedWithinMs: 1,
      },
      connectionAuth: ['OPENID_CONNECT'],
      publishAuth: ['AWS_IAM'],
      subscribeAuth: ['OPENID_CONNECT'],
    });
    const token = await world.world.issuer.mint();
    expect(await world.world.issuer.verify(token, { issuer: 'https://i.invalid', audience: 'app' })).toBeDefined();
  });

  it('may do without tokens', async () => {
    const none = {
      AuthProviders: [iam],
      ConnectionAuthModes: [],
      DefaultPublishAuthModes: [iam],
      DefaultSubscribeAuthModes: [],
    };
    await create('AWS::AppSync::Api', { Name: 'bare', EventConfig: none });
    expect(world.events.deployed).toContainEqual({
      name: 'bare',
      connectionAuth: [],
      publishAuth: ['AWS_IAM'],
      subscribeAuth: [],
    });
  });

  it.each([
    ['connects by signature', { ConnectionAuthModes: [iam] }],
    ['has an API key', { AuthProviders: [{ AuthType: 'API_KEY' }] }],
    ['publishes by Lambda', { DefaultPublishAuthModes: [{ AuthType: 'AWS_LAMBDA' }] }],
  ])('that %s fails the deploy: nothing here could check it', async (_, change) => {
    const deploy = create('AWS::AppSync::Api', { Name: 'push', EventConfig: { ...config(), ...change } });
    await expect(deploy).rejects.toThrow('cannot deploy it as given');
  });
});

describe('AWS::AppSync::ChannelNamespace', () => {
  it('is deployed with who may publish and subscribe in it', async () => {
    const modes = { PublishAuthModes: [iam, oidc], SubscribeAuthModes: [oidc] };
    const resource = await create('AWS::AppSync::ChannelNamespace', {
      ApiId: 'api',
      Name: 'match',
      HandlerConfigs: {},
      ...modes,
    });
    expect(resource?.attributes['ChannelNamespaceArn']).toMatch(/:apis\/api\/channelNamespace\/match$/);
    expect(world.events.deployed).toContainEqual({
      apiId: 'api',
      name: 'match',
      publishAuth: ['AWS_IAM', 'OPENID_CONNECT'],
      subscribeAuth: ['OPENID_CONNECT'],
    });
  });

  it('leaves to its API what it does not say', async () => {
    await create('AWS::AppSync::ChannelNamespace', { ApiId: 'api', Name: 'market' });
    expect(world.events.deployed).toContainEqual({ apiId: 'api', name: 'market' });
  });

  it.each([
    ['has handlers', { HandlerConfigs: { OnPublish: {} } }, 'HandlerConfigs'],
    ['has code', { CodeHandlers: 'export' }, 'CodeHandlers'],
    ['is no slug', { Name: 'match_1' }, 'Name'],
  ])('that %s fails the deploy', async (_, change, word) => {
    const deploy = create('AWS::AppSync::ChannelNamespace', { ApiId: 'api', Name: 'match', ...change });
    await expect(deploy).rejects.toThrow(word);
  });
});
