import { createEncoder } from '../../../lambdas/shared/serde/encoder.ts';
import { knownSchemas } from '../../../lambdas/shared/serde/known-schemas.generated.ts';
import type { SchemaIds } from '../../../lambdas/shared/serde/schema-ids.ts';

/** An id for every schema that is known, as Glue would assign one. */
export const schemaIds: SchemaIds = new Map(
  knownSchemas.map(({ subject, version }, n) => [
    `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    { subject, version },
  ]),
);

export const encoder = createEncoder({ schemaIds });
