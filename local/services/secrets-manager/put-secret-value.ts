import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import type { SecretStore } from './secret-store.ts';

const Input = z.strictObject({
  SecretId: z.string(),
  SecretString: z.string(),
  ClientRequestToken: z.optional(z.string()),
});

export const putSecretValue = (store: SecretStore): Action =>
  action('PutSecretValue', Input, async ({ SecretId, SecretString }) => {
    const { arn, name, version } = await store.put(SecretId, SecretString);
    return { ARN: arn, Name: name, VersionId: version, VersionStages: ['AWSCURRENT'] };
  });
