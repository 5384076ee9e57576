import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { namesOf, SchemaId } from './schema-id.ts';
import type { SchemaStore } from './schema-store.ts';

const Input = z.strictObject({ SchemaId, SchemaDefinition: z.string().max(170_000) });

/** Compatibility is not checked here: the tests over `schemas/` do, and Glue itself at a real deploy. */
export const registerSchemaVersion = (store: SchemaStore): Action =>
  action('RegisterSchemaVersion', Input, async (input) => {
    const { registry, name } = namesOf(input.SchemaId);
    const { id, number } = await store.register(registry, name, input.SchemaDefinition);
    return { SchemaVersionId: id, VersionNumber: number, Status: 'AVAILABLE' };
  });
