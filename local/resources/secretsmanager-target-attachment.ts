import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { provider } from './provider.ts';

const Properties = z.strictObject({
  SecretId: z.string(),
  TargetId: z.string(),
  TargetType: z.literal('AWS::RDS::DBCluster'),
});

/** Writes where the database is into its secret, as AWS does; the port is another in every run. */
export const secretTargetAttachment = provider(
  'AWS::SecretsManager::SecretTargetAttachment',
  Properties,
  async ({ SecretId, TargetId }, { clients, world }) => {
    const { SecretString = '{}' } = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId }));
    const { host, port } = world.postgres;
    const value = {
      ...(JSON.parse(SecretString) as object),
      engine: 'postgres',
      host,
      port,
      dbClusterIdentifier: TargetId,
    };
    await clients.secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
    return { ref: SecretId, attributes: { Id: SecretId } };
  },
);
