import { actionRouter } from '../action-router.ts';
import { startJsonService, type RunningService } from '../json-service.ts';
import { createSecret } from './create-secret.ts';
import { getSecretValue } from './get-secret-value.ts';
import { putSecretValue } from './put-secret-value.ts';
import { openSecretStore } from './secret-store.ts';

/** Secrets Manager: what a deploy writes and what functions read. */
export const startSecretsManager = async ({ dataDir }: { readonly dataDir: string }): Promise<RunningService> => {
  const store = await openSecretStore(dataDir);
  return startJsonService(
    actionRouter('Secrets Manager', [createSecret(store), getSecretValue(store), putSecretValue(store)]),
  );
};
