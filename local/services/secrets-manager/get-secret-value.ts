import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { notFound } from '../aws-error.ts';
import type { SecretStore } from './secret-store.ts';

const Input = z.strictObject({
  SecretId: z.string(),
  VersionStage: z.optional(z.string()),
});

/** One version of each secret is kept: the current one. */
export const getSecretValue = (store: SecretStore): Action =>
  action('GetSecretValue', Input, ({ SecretId, VersionStage = 'AWSCURRENT' }) => {
    if (VersionStage !== 'AWSCURRENT')
      throw notFound(`The local Secrets Manager keeps AWSCURRENT only, not "${VersionStage}".`);
    const { arn, name, value, version } = store.find(SecretId);
    return { ARN: arn, Name: name, SecretString: value, VersionId: version, VersionStages: ['AWSCURRENT'] };
  });
