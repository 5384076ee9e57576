import { RegisterSchemaVersionCommand, type GlueClient } from '@aws-sdk/client-glue';
import type { Schema } from 'avsc';
import { createEncoder, type Encoder } from '../lambdas/shared/serde/encoder.ts';
import type { KnownSchema } from '../lambdas/shared/serde/known-schema.ts';
import { knownSchemas } from '../lambdas/shared/serde/known-schemas.generated.ts';
import type { SchemaIds } from '../lambdas/shared/serde/schema-ids.ts';

/**
 * A producer that is ahead of the platform: its team has deployed a newer version of a schema before ours has, and
 * sends some of its records with it. Nothing in a function's bundle knows that version's id.
 */
export interface AheadEncoder extends Encoder {
  /** Registers the next version of every subject. Once is enough. @throws Error of the registry, or naming the subject that it refuses */
  readonly register: () => Promise<void>;
  /** From now on every third event is written with the version that was registered. */
  readonly goAhead: () => void;
  /** Back to what is deployed. @returns how many events were written ahead since `goAhead` */
  readonly fallBack: () => number;
}

export interface AheadOptions {
  readonly encoder: Encoder;
  /** Of what is deployed. */
  readonly schemaIds: SchemaIds;
  readonly glue: Pick<GlueClient, 'send'>;
  readonly registryName: string;
}

const each = 3;
const addedField = {
  name: 'sentAhead',
  type: ['null', 'string'],
  default: null,
  doc: 'Of a producer that is ahead of the platform.',
};

/** The next version of a subject: a field more, with a default, so that both readers read both (BACKWARD, and FORWARD). */
const nextDefinition = ({ definition, subject }: KnownSchema): Schema => {
  if (typeof definition !== 'object' || !('fields' in definition)) throw new Error(`${subject} is no record`);
  return { ...definition, fields: [...definition.fields, addedField] };
};

const newestOf = (schemaIds: SchemaIds): KnownSchema[] =>
  [...Map.groupBy(schemaIds.values(), ({ subject }) => subject)].flatMap(([subject, versions]) => {
    const newest = Math.max(...versions.map(({ version }) => version));
    return knownSchemas.filter((known) => known.subject === subject && known.version === newest);
  });

/** An encoder that is as the given one until it goes ahead. */
export const createAheadEncoder = ({ encoder, schemaIds, glue, registryName }: AheadOptions): AheadEncoder => {
  let registered: Encoder | undefined;
  let ahead: Encoder | undefined;
  let events = 0;
  let eventsAhead = 0;

  const registerNext = async (newest: KnownSchema): Promise<[string, KnownSchema]> => {
    const definition = nextDefinition(newest);
    const { SchemaVersionId, VersionNumber, Status } = await glue.send(
      new RegisterSchemaVersionCommand({
        SchemaId: { RegistryName: registryName, SchemaName: newest.subject },
        SchemaDefinition: JSON.stringify(definition),
      }),
    );
    // A refused version has an id and a number too.
    if (Status !== 'AVAILABLE' || SchemaVersionId === undefined || VersionNumber === undefined) {
      throw new Error(`the registry does not take the next version of ${newest.subject}: its status is ${Status}`);
    }
    return [SchemaVersionId.toLowerCase(), { subject: newest.subject, version: VersionNumber, definition }];
  };

  return {
    register: async () => {
      const versions = new Map<string, KnownSchema>();
      // One after the other: where one is refused, no other is still on its way.
      for (const newest of newestOf(schemaIds)) {
        const [schemaId, version] = await registerNext(newest);
        versions.set(schemaId, version);
      }
      registered = createEncoder({ schemaIds: versions, schemas: [...versions.values()] });
    },
    goAhead: () => {
      ahead = registered;
      eventsAhead = 0;
    },
    fallBack: () => {
      ahead = undefined;
      return eventsAhead;
    },
    encode: (...event) => {
      if (!ahead || events++ % each !== 0) return encoder.encode(...event);
      eventsAhead += 1;
      return ahead.encode(...event);
    },
  };
};
