import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import type { SecretStore } from './secret-store.ts';

const Input = z.strictObject({
  Name: z.string(),
  SecretString: z.string(),
  Description: z.optional(z.string()),
  ClientRequestToken: z.optional(z.string()),
});

export const createSecret = (store: SecretStore): Action =>
  action('CreateSecret', Input, async ({ Name, SecretString }) => {
    const { arn, version } = await store.create(Name, SecretString);
    return { ARN: arn, Name, VersionId: version };
  });
