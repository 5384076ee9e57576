import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../../../local/services/appsync-events/configuration.ts';
import { startEventsServer, type EventsServer } from '../../../local/services/appsync-events/events-server.ts';
import type { ConnectionLimits } from '../../../local/services/appsync-events/connection.ts';
import { makeCertificates } from '../../../local/services/certificates.ts';
import { startIssuer, type RunningIssuer } from '../../../local/services/oidc/start-issuer.ts';
import { connect, subProtocols, type EventsClient } from './events-client.ts';

const issuerName = 'https://issuer.millrace.invalid';

/** AppSync Events within the test, for one API with the namespaces `match` and `open`. */
export interface EventsWorld {
  readonly server: EventsServer;
  readonly issuer: RunningIssuer;
  readonly endpoint: string;
  readonly ca: Buffer;
  readonly host: string;
  /** Connects with a good token. */
  client(secure?: boolean): Promise<EventsClient>;
  protocols(token: string, host?: string): readonly string[];
  reconfigure(change: Partial<Configuration>): Promise<void>;
  stop(): Promise<void>;
}

export const startEventsWorld = async (
  limits: Partial<ConnectionLimits> = {},
  now?: () => number,
): Promise<EventsWorld> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-events-'));
  const { caFile, certificateFile, keyFile } = await makeCertificates(folder);
  const issuer = await startIssuer();
  issuer.define(issuerName, 'millrace');
  const configurationFile = join(folder, 'configuration.json');
  const configuration: Configuration = {
    region: 'eu-west-1',
    certificateFile,
    keyFile,
    jwks: issuer.jwks,
    api: {
      name: 'millrace-test',
      openIdConnect: { issuer: issuerName, clientId: 'millrace|other-app' },
      connectionAuth: ['OPENID_CONNECT'],
      publishAuth: ['AWS_IAM'],
      subscribeAuth: ['OPENID_CONNECT'],
    },
    namespaces: [{ name: 'match' }, { name: 'open', publishAuth: ['AWS_IAM', 'OPENID_CONNECT'] }],
  };
  await writeFile(configurationFile, JSON.stringify(configuration));
  const server = await startEventsServer({ configurationFile, port: 0, limits, ...(now ? { now } : {}) });
  const ca = await readFile(caFile);
  const host = `localhost:${server.port}`;
  const protocols = (token: string, given = host) => subProtocols({ host: given, Authorization: token });
  return {
    server,
    issuer,
    endpoint: `http://127.0.0.1:${server.port}`,
    ca,
    host,
    protocols,
    client: async (secure = false) =>
      connect(
        secure ? `wss://${host}` : `ws://127.0.0.1:${server.port}`,
        protocols(await issuer.mint()),
        secure ? ca : undefined,
      ),
    async reconfigure(change) {
      await writeFile(configurationFile, JSON.stringify({ ...configuration, ...change }));
      await server.configure();
    },
    async stop() {
      await server.stop();
      await issuer.stop();
      await rm(folder, { recursive: true });
    },
  };
};
