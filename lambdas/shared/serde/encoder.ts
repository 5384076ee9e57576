import type { Type } from 'avsc';
import type { EventHeader } from './decoder.ts';
import { buildFrame, type Compression } from './frame.ts';
import { knownSchemas } from './known-schemas.generated.ts';
import type { SchemaIds } from './schema-ids.ts';
import { compileType } from './writer.ts';

/** An event as a producer has it: the header beside the fields of the subject. Fields with a default may be left out. */
export interface OutgoingEvent {
  readonly header: Pick<EventHeader, 'source' | 'sourceEventId' | 'occurredAt'> & Partial<EventHeader>;
  readonly [field: string]: unknown;
}

export interface Encoder {
  /**
   * @returns a Glue frame, written with the newest version of the subject that has an id
   * @throws Error naming the subject, or the field and the kind of value that does not fit
   */
  encode(subject: string, event: OutgoingEvent, options: { readonly compression: Compression }): Buffer;
}

interface Version {
  readonly schemaId: string;
  readonly version: number;
  readonly type: Type;
}

/** @param schemaIds - what Glue assigned at deploy */
export const createEncoder = ({ schemaIds }: { readonly schemaIds: SchemaIds }): Encoder => {
  const newest = new Map<string, Version>();
  for (const [schemaId, { subject, version }] of schemaIds) {
    const known = knownSchemas.find((schema) => schema.subject === subject && schema.version === version);
    if (known && version > (newest.get(subject)?.version ?? 0)) {
      newest.set(subject, { schemaId, version, type: compileType(known.definition) });
    }
  }

  return {
    encode: (subject, event, { compression }) => {
      const version = newest.get(subject);
      if (!version) throw new Error(`no schema id for subject ${subject}; there are ids for ${[...newest.keys()].join(', ')}`);
      const complete = { ...event, header: { correlationId: null, traceparent: null, priority: 'normal', ...event.header } };
      const wrong: string[] = [];
      version.type.isValid(complete, {
        noUndeclaredFields: true,
        errorHook: (path, value) => wrong.push(`${path.join('.')}: ${kindOf(value)} does not fit`),
      });
      if (wrong.length > 0) throw new Error(`${subject}: ${wrong.join('; ')}`);
      return buildFrame(version.schemaId, version.type.toBuffer(complete), compression);
    },
  };
};

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
