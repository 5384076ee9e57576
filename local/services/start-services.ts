import { join } from 'node:path';
import type { Teardown } from '../teardown.ts';
import type { Endpoints, EventsHost } from '../world.ts';
import { makeCertificates } from './certificates.ts';
import { createEventsHost } from './appsync-events/events-host.ts';
import { startGlue } from './glue/start-glue.ts';
import { startPostgres, type RunningPostgres } from './postgres.ts';
import { startIssuer, type RunningIssuer } from './oidc/start-issuer.ts';
import { startNodeService } from './process/node-service.ts';
import { createReturning, type Endable, type ReturningService } from './returning-service.ts';
import { startSecretsManager } from './secrets-manager/start-secrets-manager.ts';

const region = 'eu-west-1';

/** What a run can take away, by the name a person gives. */
export const takeableServices = ['postgres', 'dynamodb', 'sqs', 's3', 'registry', 'events'] as const;
export type TakeableService = (typeof takeableServices)[number];

export interface Services {
  readonly postgres: RunningPostgres;
  readonly events: EventsHost;
  readonly issuer: RunningIssuer;
  readonly endpoints: Omit<Endpoints, 'scheduler' | 'monitoring' | 'lambda'>;
  readonly takeable: Readonly<Record<TakeableService, ReturningService>>;
  /** Resolves when one of them ended that nobody stopped or took away, or does not come back. */
  readonly failed: Promise<Error>;
}

export interface ServicesOptions {
  readonly dataDir: string;
  readonly progress: (line: string) => void;
  readonly postgresPort?: number;
}

/** Starts everything that functions and deploy need, side by side; each is stopped by the teardown as soon as it runs. */
export const startServices = async (
  { dataDir, progress, postgresPort }: ServicesOptions,
  teardown: Teardown,
): Promise<Services> => {
  const within = (folder: string): string => join(dataDir, folder);
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  const started = async <Service extends Endable>(what: string, start: (port?: number) => Promise<Service>) => {
    const startedAt = performance.now();
    const service = await start();
    const returning = createReturning(service, { what, start, fail });
    teardown.add(() => returning.stop());
    progress(`started ${what} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return { service, returning };
  };
  const queuesAndObjects = within('queues-and-objects');

  const issuer = await startIssuer();
  teardown.add(() => issuer.stop());
  const certificates = await makeCertificates(within('certificates'));
  const events = createEventsHost({ folder: within('appsync-events'), region, certificates, jwks: issuer.jwks });

  const starting = [
    started('Kinesis (kinesalite)', (port) =>
      startNodeService('kinesalite', 'kinesalite.ts', within('kinesis'), { port }),
    ),
    started('DynamoDB (dynalite)', (port) => startNodeService('dynalite', 'dynalite.ts', within('dynamodb'), { port })),
    // A process each, so that one can be gone while the other is there.
    started('SQS (fauxqs)', (port) =>
      startNodeService('fauxqs', 'fauxqs.ts', queuesAndObjects, { port, args: ['queues'] }),
    ),
    started('S3 (fauxqs)', (port) =>
      startNodeService('fauxqs', 'fauxqs.ts', queuesAndObjects, { port, args: ['objects'] }),
    ),
    started('Glue Schema Registry', (port) => startGlue({ dataDir, port })),
    started('Secrets Manager', () => startSecretsManager({ dataDir })),
    started('PostgreSQL', (port = postgresPort) =>
      startPostgres({ dataDir: within('postgres'), certificates, ...(port === undefined ? {} : { port }) }),
    ),
    started('AppSync Events', (port) => events.start(port)),
  ] as const;
  // One that fails must not leave another running that is only just starting: wait for all, then throw.
  await Promise.allSettled(starting);
  const [kinesis, dynamodb, sqs, s3, glue, secrets, postgres, appsync] = await Promise.all(starting);
  return {
    failed,
    postgres: postgres.service,
    events,
    issuer,
    takeable: {
      postgres: postgres.returning,
      dynamodb: dynamodb.returning,
      sqs: sqs.returning,
      s3: s3.returning,
      registry: glue.returning,
      events: appsync.returning,
    },
    endpoints: {
      kinesis: kinesis.service.endpoint,
      dynamodb: dynamodb.service.endpoint,
      sqs: sqs.service.endpoint,
      s3: s3.service.endpoint,
      glue: glue.service.endpoint,
      secretsmanager: secrets.service.endpoint,
    },
  };
};
