import { CreateSecretCommand, GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { Clients } from './clients.ts';
import { physicalName, provider } from './provider.ts';
import { GenerateSecretString, generateSecretString } from './secret-string.ts';

const Properties = z.strictObject({
  Name: z.optional(z.string()),
  GenerateSecretString: z.optional(GenerateSecretString),
  SecretString: z.optional(z.string()),
});

const findArn = async ({ secretsManager }: Clients, name: string): Promise<string | undefined> => {
  try {
    return (await secretsManager.send(new GetSecretValueCommand({ SecretId: name }))).ARN;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

/** A secret that exists keeps its value, as in AWS: the database knows the password it was made with. */
export const secretsManagerSecret = provider('AWS::SecretsManager::Secret', Properties, async (properties, request) => {
  const { clients, place } = request;
  const name = properties.Name ?? physicalName(place, 128);
  const known = await findArn(clients, name);
  if (known !== undefined) return { ref: known, attributes: { Id: known } };
  const value = properties.SecretString ?? generateSecretString(properties.GenerateSecretString ?? {});
  const { ARN = '' } = await clients.secretsManager.send(new CreateSecretCommand({ Name: name, SecretString: value }));
  return { ref: ARN, attributes: { Id: ARN } };
});
