import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { mustBeSchema, statusOfNext } from './compatibility.ts';
import { namesOf, SchemaId } from './schema-id.ts';
import type { SchemaStore } from './schema-store.ts';

const Input = z.strictObject({ SchemaId, SchemaDefinition: z.string().max(170_000) });

/** As Glue does, it answers an incompatible version with an id, a number, and a status instead of an error. */
export const registerSchemaVersion = (store: SchemaStore): Action =>
  action('RegisterSchemaVersion', Input, async ({ SchemaId: schemaId, SchemaDefinition }) => {
    const { registry, name } = namesOf(schemaId);
    mustBeSchema(SchemaDefinition);
    const next = statusOfNext(store.find(registry, name), SchemaDefinition);
    const { id, number, status } = await store.register(registry, name, SchemaDefinition, next);
    return { SchemaVersionId: id, VersionNumber: number, Status: status };
  });
