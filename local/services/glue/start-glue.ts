import { actionRouter } from '../action-router.ts';
import { startJsonService, type RunningService } from '../json-service.ts';
import { createRegistry } from './create-registry.ts';
import { createSchema } from './create-schema.ts';
import { getSchemaVersion } from './get-schema-version.ts';
import { registerSchemaVersion } from './register-schema-version.ts';
import { openSchemaStore } from './schema-store.ts';

/** The Glue schema registry: what a deploy writes and what producers and consumers look up. */
export const startGlue = async ({
  dataDir,
  port,
}: {
  readonly dataDir: string;
  readonly port?: number | undefined;
}): Promise<RunningService> => {
  const store = await openSchemaStore(dataDir);
  return startJsonService(
    actionRouter('Glue', [
      createRegistry(store),
      createSchema(store),
      registerSchemaVersion(store),
      getSchemaVersion(store),
    ]),
    undefined,
    port,
  );
};
