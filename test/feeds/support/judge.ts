import { checkHeader } from '../../../lambdas/enrichment/rules.ts';
import { sourceNamed } from '../../../lambdas/enrichment/source.ts';
import type { Enrichment } from '../../../lambdas/enrichment/event.ts';
import { RejectedRecordError } from '../../../lambdas/shared/errors/platform-error.ts';
import { createDecoder, type DecodedEvent } from '../../../lambdas/shared/serde/decoder.ts';
import { emptyRegistry } from './empty-registry.ts';
import { schemaIds } from './encoder.ts';

/** What a record is up to the store: an event with what its enricher makes of it, or the reason of its reject. */
export type Judgement =
  | { readonly event: DecodedEvent; readonly enrichment: Enrichment }
  | { readonly rejected: string; readonly message: string };

/** The way of records of one stream up to the store, through the real decoder, rules and enrichers, as the local environment sets them. */
export const judge = async (
  source: string,
  records: readonly Buffer[],
  now: number,
  horizonDays?: number,
): Promise<Judgement[]> => {
  const { enrichers } = await sourceNamed(source);
  const decoder = createDecoder({
    subjects: Object.keys(enrichers),
    schemaIds,
    registry: emptyRegistry,
    maxRecordBytes: 256 * 1024,
    maxInflatedBytes: 1024 * 1024,
    now: () => now,
  });
  const decoded = await decoder.decodeBatch(records.map((bytes) => ({ bytes, arrivedAt: now - 10_000 })));
  return decoded.map((event) => {
    if (event instanceof Error) return { rejected: event.reason, message: event.message };
    try {
      checkHeader(event.header, { source, maxFutureSeconds: 300, horizonDays }, now);
      const enrich = enrichers[event.subject];
      if (!enrich) throw new Error(`no enricher of ${event.subject}`);
      return { event, enrichment: enrich(event) };
    } catch (error) {
      if (error instanceof RejectedRecordError) return { rejected: error.reason, message: error.message };
      throw error;
    }
  });
};
