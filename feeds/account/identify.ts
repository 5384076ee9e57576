import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import { knownSchemas } from '../../lambdas/shared/serde/known-schemas.generated.ts';
import type { SchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import type { AccountReaders } from './take-account.ts';

const microsPerDay = 86_400_000_000;
/** Kinesis takes no more; what the platform takes is a setting of it, and not what makes two events the same. */
const mostBytes = 10 * 1024 * 1024;

/**
 * Takes an event's key and hash from its bytes. No registry is asked: what is stored was written with a schema that is
 * known here, for nothing else is deployed.
 */
export const createIdentify = (schemaIds: SchemaIds): AccountReaders['identify'] => {
  const decoder = createDecoder({
    subjects: knownSchemas.map(({ subject }) => subject),
    schemaIds,
    registry: { find: () => Promise.resolve({ status: 'unknown' }) },
    maxRecordBytes: mostBytes,
    maxInflatedBytes: mostBytes,
    now: Date.now,
  });
  return async (records) => {
    const results = await decoder.decodeBatch(records);
    return results.map((result) => {
      if (result instanceof Error) return undefined;
      const { source, sourceEventId, occurredAt } = result.header;
      const day = Math.floor(occurredAt / microsPerDay);
      return { source, sourceEventId, day, bodyHash: result.bodyHash.toString('hex') };
    });
  };
};
