import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Endpoints } from '../world.ts';

/** The SDK clients a deploy uses; `destroy` closes their connections. */
export interface Clients {
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly glue: GlueClient;
  readonly secretsManager: SecretsManagerClient;
  destroy(): void;
}

/** @param endpoints - where the local services listen */
export const createClients = (endpoints: Endpoints, region: string): Clients => {
  const common = (endpoint: string) => ({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const clients = {
    // The SDK would speak HTTP/2 to Kinesis; the local one speaks HTTP/1.1 only.
    kinesis: new KinesisClient({ ...common(endpoints.kinesis), requestHandler: new NodeHttpHandler() }),
    dynamodb: new DynamoDBClient(common(endpoints.dynamodb)),
    sqs: new SQSClient(common(endpoints.sqs)),
    s3: new S3Client({ ...common(endpoints.s3), forcePathStyle: true }),
    glue: new GlueClient(common(endpoints.glue)),
    secretsManager: new SecretsManagerClient(common(endpoints.secretsmanager)),
  };
  return {
    ...clients,
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
};
