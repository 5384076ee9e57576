import { join } from 'node:path';
import type { Teardown } from '../teardown.ts';
import type { Endpoints } from '../world.ts';
import { makeCertificates } from './certificates.ts';
import { startGlue } from './glue/start-glue.ts';
import type { RunningService } from './json-service.ts';
import { startPostgres, type RunningPostgres } from './postgres.ts';
import { startNodeService } from './process/node-service.ts';
import { startSecretsManager } from './secrets-manager/start-secrets-manager.ts';

export interface Services {
  readonly postgres: RunningPostgres;
  readonly endpoints: Omit<Endpoints, 'scheduler' | 'monitoring' | 'lambda'>;
  /** Resolves when one of them ended that nobody stopped. */
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
  /** A service that ends while it is not being stopped. */
  const watch = (what: string, service: object, stopping: () => boolean): void => {
    if (!('ended' in service)) return;
    void Promise.resolve(service.ended).then(() => stopping() || fail(new Error(`${what} has ended by itself`)));
  };
  const started = async <Service extends { stop(): Promise<void> }>(
    what: string,
    starting: Promise<Service>,
  ): Promise<Service> => {
    const startedAt = performance.now();
    const service = await starting;
    let stopping = false;
    watch(what, service, () => stopping);
    teardown.add(() => {
      stopping = true;
      return service.stop();
    });
    progress(`started ${what} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return service;
  };

  const starting = [
    started('Kinesis (kinesalite)', startNodeService('kinesalite', 'kinesalite.ts', within('kinesis'))),
    started('DynamoDB (dynalite)', startNodeService('dynalite', 'dynalite.ts', within('dynamodb'))),
    started('SQS and S3 (fauxqs)', startNodeService('fauxqs', 'fauxqs.ts', within('queues-and-objects'))),
    started('Glue Schema Registry', startGlue({ dataDir })),
    started('Secrets Manager', startSecretsManager({ dataDir })),
    makeCertificates(within('certificates')).then((certificates) =>
      started(
        'PostgreSQL',
        startPostgres({
          dataDir: within('postgres'),
          certificates,
          ...(postgresPort === undefined ? {} : { port: postgresPort }),
        }),
      ),
    ),
  ] as const;
  // One that fails must not leave another running that is only just starting: wait for all, then throw.
  await Promise.allSettled(starting);
  const [kinesis, dynamodb, rest, glue, secrets, postgres]: [
    RunningService,
    RunningService,
    RunningService,
    RunningService,
    RunningService,
    RunningPostgres,
  ] = await Promise.all(starting);
  return {
    failed,
    postgres,
    endpoints: {
      kinesis: kinesis.endpoint,
      dynamodb: dynamodb.endpoint,
      sqs: rest.endpoint,
      s3: rest.endpoint,
      glue: glue.endpoint,
      secretsmanager: secrets.endpoint,
    },
  };
};
