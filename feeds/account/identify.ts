import { UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import { knownSchemas } from '../../lambdas/shared/serde/known-schemas.generated.ts';
import type { SchemaRegistry } from '../../lambdas/shared/serde/registry.ts';
import type { SchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import type { AccountReaders } from './take-account.ts';

const microsPerDay = 86_400_000_000;
/** Kinesis takes no more; what the platform takes is a setting of it, and not what makes two events the same. */
const mostBytes = 10 * 1024 * 1024;

/**
 * Takes an event's key and hash from its bytes.
 * @param registry - asked for schema versions that are not known here: a producer may be ahead of what is deployed
 * @throws UnavailableError where the registry does not answer: what a record is cannot be said without it
 */
export const createIdentify = (schemaIds: SchemaIds, registry: SchemaRegistry): AccountReaders['identify'] => {
  const decoder = createDecoder({
    subjects: knownSchemas.map(({ subject }) => subject),
    schemaIds,
    registry,
    maxRecordBytes: mostBytes,
    maxInflatedBytes: mostBytes,
    now: Date.now,
  });
  return async (records) => {
    // Nothing that happens now is waited for: an id that is not there by now makes a record no event.
    const results = await decoder.decodeBatch(records.map(({ bytes }) => ({ bytes, arrivedAt: 0 })));
    return results.map((result) => {
      if (result instanceof UnavailableError) throw result;
      if (result instanceof Error) return undefined;
      const { source, sourceEventId, occurredAt } = result.header;
      const day = Math.floor(occurredAt / microsPerDay);
      return { source, sourceEventId, day, bodyHash: result.bodyHash.toString('hex') };
    });
  };
};
