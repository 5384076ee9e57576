import type { Schema } from 'avsc';
import { MisconfiguredError, PlatformError, RejectedRecordError, UnavailableError } from '../errors/platform-error.ts';
import { remember } from './bounded-cache.ts';
import type { DecoderOptions } from './decoder.ts';
import type { KnownSchema } from './known-schema.ts';
import type { FoundSchema, SchemaRegistry } from './registry.ts';
import { compileWriter, type Writer } from './writer.ts';

/** Why there is no writer: the registry does not have it, or will not. */
export type Missing = Exclude<FoundSchema, { status: 'available' | 'foreign' }>;

type Found = Writer | Missing | PlatformError;

export interface WriterFinder {
  /** Looks up what is not known yet, side by side. @returns what there is to each of these ids, and to no other */
  find(schemaIds: ReadonlySet<string>): Promise<(schemaId: string) => Found>;
}

export type WriterFinderOptions = Pick<DecoderOptions, 'subjects' | 'schemaIds'> & {
  readonly registry: SchemaRegistry;
  readonly schemas: readonly KnownSchema[];
};

/** Ids are Glue's, of subjects of ours: more than a few are never alive at once. */
const mostWriters = 1_000;

/** Compiled writers by schema id: the bundle's without a question, others through the registry. */
export const createWriterFinder = ({ subjects, schemaIds, registry, schemas }: WriterFinderOptions): WriterFinder => {
  const readers = new Map(subjects.map((subject) => [subject, newestOf(subject, schemas)]));
  const writers = new Map<string, Writer>();

  const compile = (schemaId: string, subject: string, version: number, definition: () => Schema): Writer => {
    const reader = readers.get(subject);
    if (!reader) throw wrongSubject(`the schema is ${subject}`, subjects, subject);
    const writer = compileWriter(schemaId, { subject, version, definition: definition() }, reader);
    remember(writers, schemaId, writer, mostWriters);
    return writer;
  };

  const lookUp = async (schemaId: string): Promise<Writer | Missing> => {
    const known = schemaIds.get(schemaId);
    if (known) {
      const { subject, version } = known;
      const bundled = schemas.find((schema) => schema.subject === subject && schema.version === version);
      if (bundled) return compile(schemaId, subject, version, () => bundled.definition);
    }
    const found = await registry.find(schemaId);
    switch (found.status) {
      case 'available':
        return compile(schemaId, found.subject, found.version, () => parseDefinition(found.subject, found.definition));
      case 'foreign':
        throw wrongSubject(`the schema is of registry ${found.registry}`, subjects, found.registry);
      default:
        return found;
    }
  };

  return {
    find: async (ids) => {
      const found = new Map(
        await Promise.all(
          [...ids].map(async (id): Promise<[string, Found]> => {
            try {
              return [id, writers.get(id) ?? (await lookUp(id))];
            } catch (error) {
              if (error instanceof PlatformError) return [id, error];
              throw error;
            }
          }),
        ),
      );
      return (id) => found.get(id) as Found;
    },
  };
};

const newestOf = (subject: string, schemas: readonly KnownSchema[]): KnownSchema => {
  const versions = schemas.filter((schema) => schema.subject === subject);
  const newest = versions.sort((a, b) => a.version - b.version).at(-1);
  if (newest) return newest;
  throw new MisconfiguredError('schema', `no schema of subject ${subject} is bundled: add one under schemas/`, {
    subject,
  });
};

/** @throws MisconfiguredError `schema`: a subject of ours was registered in another format than Avro */
const parseDefinition = (subject: string, definition: string): Schema => {
  try {
    return JSON.parse(definition) as Schema;
  } catch (error) {
    const message = `a version of ${subject} in the registry is no Avro schema: remove it`;
    throw new MisconfiguredError('schema', message, { subject }, { cause: error });
  }
};

/** A record's id may be ahead of its registration: a deploy is under way. After this its age is held against it. */
const patienceMs = 3_000;

/** @param ageMs - since the record's arrival */
export const whyNot = (schemaId: string, { status }: Missing, ageMs: number): PlatformError => {
  if (status === 'pending' || (status === 'unknown' && ageMs < patienceMs)) {
    return new UnavailableError('schema', 'the registry does not have this schema version yet', { schemaId, status });
  }
  const message = `the registry has no such schema version (${status}): register it before sending`;
  return new RejectedRecordError('unknown-schema', 'decode', message, { schemaId, status });
};

const wrongSubject = (what: string, subjects: readonly string[], name: string): PlatformError =>
  new RejectedRecordError(
    'wrong-subject',
    'decode',
    `${what}, this stream carries ${subjects.join(', ')}: send it to its own stream`,
    { name },
  );
