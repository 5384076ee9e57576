import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  GlueClient,
  RegisterSchemaVersionCommand,
} from '@aws-sdk/client-glue';
import { createDecoder, type DecodedEvent } from '../../lambdas/shared/serde/decoder.ts';
import { createEncoder, type OutgoingEvent } from '../../lambdas/shared/serde/encoder.ts';
import type { KnownSchema } from '../../lambdas/shared/serde/known-schema.ts';
import { createLoneBreaker } from '../../lambdas/shared/resilience/lone-breaker.ts';
import { createGlueRegistry, registryFailures } from '../../lambdas/shared/serde/registry.ts';
import { startGlue } from '../../local/services/glue/start-glue.ts';
import { temporaryFolder } from '../local/support/test-world.ts';
import { clientSettings } from '../support/json-service.ts';

interface Definition {
  readonly fields: readonly { readonly name: string; readonly type: unknown }[];
}

/** The next version of a subject, with more fields, and without some. */
export const nextVersion = (
  { subject, version, definition }: KnownSchema,
  more: readonly object[],
  without: readonly string[] = [],
): KnownSchema => {
  const { fields, ...rest } = definition as unknown as Definition;
  const kept = fields.filter(({ name }) => !without.includes(name));
  const next: unknown = { ...rest, fields: [...kept, ...more] };
  return { subject, version: version + 1, definition: next as KnownSchema['definition'] };
};

/** The local Glue service behind HTTP, with readers and producers that know what a deploy has given them so far. */
export const startDeploy = async (subject: string) => {
  const folder = await temporaryFolder();
  const service = await startGlue({ dataDir: folder.path });
  const glue = new GlueClient(clientSettings(service.endpoint));
  const SchemaId = { RegistryName: 'millrace-test', SchemaName: subject };
  await glue.send(new CreateRegistryCommand({ RegistryName: SchemaId.RegistryName }));

  const first = async (SchemaDefinition: string): Promise<string | undefined> => {
    const { RegistryName, SchemaName } = SchemaId;
    const details = {
      SchemaName,
      RegistryId: { RegistryName },
      DataFormat: 'AVRO',
      Compatibility: 'BACKWARD',
    } as const;
    return (await glue.send(new CreateSchemaCommand({ ...details, SchemaDefinition }))).SchemaVersionId;
  };
  const later = async (SchemaDefinition: string): Promise<string | undefined> => {
    const answer = await glue.send(new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition }));
    if (answer.Status !== 'AVAILABLE') throw new Error(`version ${answer.VersionNumber} is ${answer.Status}`);
    return answer.SchemaVersionId;
  };
  let registered = 0;

  const idsOf = (versions: readonly KnownSchema[], ids: ReadonlyMap<number, string>) =>
    new Map(versions.map((schema) => [ids.get(schema.version) ?? '', schema]));
  const ids = new Map<number, string>();

  return {
    /** @returns the id, as the deploy would hand it on */
    register: async ({ version, definition }: KnownSchema): Promise<string> => {
      const text = JSON.stringify(definition);
      const id = (await (registered++ === 0 ? first(text) : later(text))) ?? '';
      ids.set(version, id);
      return id;
    },
    /** A function of a deploy that bundled these versions; any other it asks the registry for. */
    reader: (versions: readonly KnownSchema[]) => {
      const { decodeBatch } = createDecoder({
        subjects: [subject],
        schemaIds: idsOf(versions, ids),
        schemas: versions,
        registry: createGlueRegistry(glue, {
          registryName: SchemaId.RegistryName,
          breaker: createLoneBreaker(registryFailures, Date.now),
          now: Date.now,
        }),
        maxRecordBytes: 100_000,
        maxInflatedBytes: 100_000,
        now: Date.now,
      });
      return async (bytes: Buffer): Promise<DecodedEvent> => {
        const [event] = await decodeBatch([{ bytes, arrivedAt: Date.now() }]);
        if (event instanceof Error) throw event;
        return event as DecodedEvent;
      };
    },
    /** Writes with the newest of these. */
    producer: (versions: readonly KnownSchema[]) => {
      const { encode } = createEncoder({ schemaIds: idsOf(versions, ids), schemas: versions });
      return (event: unknown): Buffer => encode(subject, event as OutgoingEvent, { compression: 'zlib' });
    },
    stop: async (): Promise<void> => {
      glue.destroy();
      await service.stop();
      await folder.remove();
    },
  };
};
export type Deploy = Awaited<ReturnType<typeof startDeploy>>;
