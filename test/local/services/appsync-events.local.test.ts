import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAssembly } from '../../../local/cloud-assembly.ts';
import { createEventsHost, type EventsService } from '../../../local/services/appsync-events/events-host.ts';
import { makeCertificates, type Certificates } from '../../../local/services/certificates.ts';
import { startIssuer, type RunningIssuer } from '../../../local/services/oidc/start-issuer.ts';
import { createReturning, type ReturningService } from '../../../local/services/returning-service.ts';
import { deployAssembly, type Deployed } from '../../../local/template/deploy-assembly.ts';
import { connect, publishTo, subProtocols, type EventsClient } from '../support/events-client.ts';
import { writeAssembly } from '../support/test-assembly.ts';
import { startTestWorld, temporaryFolder, type TestWorld } from '../support/test-world.ts';

const byToken = [{ AuthType: 'OPENID_CONNECT' }];
const bySignature = [{ AuthType: 'AWS_IAM' }];
/** As the CDK writes it. */
const push = {
  Resources: {
    Api: {
      Type: 'AWS::AppSync::Api',
      Properties: {
        Name: 'test-push',
        EventConfig: {
          AuthProviders: [
            ...bySignature,
            {
              AuthType: 'OPENID_CONNECT',
              OpenIDConnectConfig: { Issuer: 'https://issuer.millrace.invalid', ClientId: 'millrace' },
            },
          ],
          ConnectionAuthModes: byToken,
          DefaultPublishAuthModes: bySignature,
          DefaultSubscribeAuthModes: byToken,
        },
      },
    },
    Match: {
      Type: 'AWS::AppSync::ChannelNamespace',
      Properties: { ApiId: { 'Fn::GetAtt': ['Api', 'ApiId'] }, Name: 'match', HandlerConfigs: {} },
    },
  },
  Outputs: {
    Http: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Http'] } },
    Realtime: { Value: { 'Fn::GetAtt': ['Api', 'Dns.Realtime'] } },
  },
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let certificates: Certificates;
let issuer: RunningIssuer;
let events: EventsService;
let service: ReturningService;
let world: TestWorld;
let deployed: Deployed;
const failures: Error[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  certificates = await makeCertificates(join(folder.path, 'certificates'));
  issuer = await startIssuer();
  events = createEventsHost({ folder: folder.path, region: 'eu-west-1', certificates, jwks: issuer.jwks });
  service = createReturning(await events.start(), {
    what: 'AppSync Events',
    start: (port) => events.start(port),
    fail: (error) => failures.push(error),
  });
  world = await startTestWorld();
  const assembly = await readAssembly(await writeAssembly(join(folder.path, 'assembly'), { push }));
  deployed = await deployAssembly(assembly, { ...world.world, events, issuer });
});
afterAll(async () => {
  await service.stop();
  await issuer.stop();
  await world.stop();
  await folder.remove();
});

const client = async (): Promise<EventsClient> => {
  const token = await issuer.mint();
  const headers = { host: deployed.output('push', 'Http'), Authorization: token };
  const url = `wss://${deployed.output('push', 'Realtime')}`;
  const connected = await connect(url, subProtocols(headers), await readFile(certificates.caFile));
  expect((await connected.subscribe('s', 'match/*', token)).type).toBe('subscribe_success');
  return connected;
};
const publish = (event: string): Promise<Response> =>
  publishTo(events.plainEndpoint, { channel: 'match/a', events: [event] });

describe('an Event API that was deployed', () => {
  it('carries what is published to whoever subscribed, by the addresses the template gives', async () => {
    const subscriber = await client();
    expect((await publish('"hello"')).status).toBe(200);
    expect(await subscriber.next({ type: 'data' })).toEqual({ id: 's', type: 'data', event: '"hello"' });
    subscriber.socket.close();
  });

  it('fails as it is told, in its process', async () => {
    await events.fail([{ kind: 'throttled' }]);
    expect([(await publish('1')).status, (await publish('1')).status]).toEqual([429, 200]);
  });

  it('comes back where it was, with what was deployed before and while it was away', async () => {
    const subscriber = await client();
    await service.takeAway();
    await expect(publish('1')).rejects.toThrow('fetch failed');
    await expect(events.fail([])).rejects.toThrow('away');
    const { apiId } = await events.define({
      name: 'test-push',
      openIdConnect: { issuer: 'https://issuer.millrace.invalid', clientId: 'millrace' },
      connectionAuth: ['OPENID_CONNECT'],
      publishAuth: ['AWS_IAM'],
      subscribeAuth: ['OPENID_CONNECT'],
    });
    await events.addNamespace(apiId, { name: 'late' });
    expect(subscriber.socket.readyState).toBe(subscriber.socket.CLOSED);
    await service.bringBack();
    const again = await client();
    expect((await publish('"back"')).status).toBe(200);
    await again.next({ event: '"back"' });
    expect((await publishTo(events.plainEndpoint, { channel: 'late/a', events: ['1'] })).status).toBe(200);
    again.socket.close();
    expect(failures).toEqual([]);
  });

  it('is the only one, and has only namespaces of its own', async () => {
    const api = { name: 'another', connectionAuth: [], publishAuth: [], subscribeAuth: [] };
    await expect(events.define(api)).rejects.toThrow('serves one API, "test-push"');
    await expect(events.addNamespace('unknown', { name: 'a' })).rejects.toThrow('no Event API "unknown"');
  });
});
