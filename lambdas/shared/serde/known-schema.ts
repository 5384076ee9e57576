import type { Schema } from 'avsc';
import type { SchemaVersion } from './schema-ids.ts';

/** A schema that is in the bundle. */
export interface KnownSchema extends SchemaVersion {
  readonly definition: Schema;
}
