import type { Enricher } from '../event.ts';

/** What enrichment knows of a source: an enricher per subject it accepts, and the spans of its windows in seconds. */
export interface SourceDefinition {
  readonly enrichers: Readonly<Record<string, Enricher>>;
  readonly windowSpans: readonly number[];
}
