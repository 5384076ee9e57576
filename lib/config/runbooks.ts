/** Every page in docs/runbooks that an alarm leads to: a typo does not compile, a missing page fails a test. */
export const runbooks = [
  'enrichment-lag',
  'enrichment-give-ups',
  'enrichment-dropped',
  'enrichment-held',
  'delivery-lag',
  'delivery-relay',
  'delivery-unpublishable',
  'delivery-sweep',
  'delivery-deletion',
  'rest-api-errors',
  'operations-holds',
  'operations-intake-failed',
  'operations-intake-lag',
  'operations-partitions',
] as const;
export type Runbook = (typeof runbooks)[number];

export const runbookPath = (runbook: Runbook): string => `docs/runbooks/${runbook}.md`;
